#pragma once

#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"
#include "dicom/tag.hpp"
#include "dicom/vr.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// One key of a query as people write it: an attribute, at the top or inside sequences, and the
/// value to match; PS3.4 C.2.2.2 says what values mean.
struct QueryKey {
    std::vector<Tag> path;  ///< the sequences from the top down, then the attribute; never empty
    Vr vr = Vr::none;       ///< of the attribute
    std::string value;      ///< UTF-8; empty asks for the attribute to be returned (universal)

    Tag tag() const noexcept { return path.back(); }
    bool top_level() const noexcept { return path.size() == 1; }
    /// "RequestAttributesSequence.ScheduledProcedureStepID", for messages.
    std::string name() const;
};

/// Reads "KEY" or "KEY=VALUE". KEY is a keyword ("PatientName") or a tag in any form parse_tag()
/// reads, or a path of them through sequences, parted by dots: "RequestAttributesSequence.
/// RequestedProcedureID". An index [0] after a sequence is accepted. Everything after the first "="
/// is the value; keywords of the registry among UIDs become these ("CTImageStorage"). Throws
/// Error(usage) for an unknown keyword, a path through what is no sequence, a group that is never
/// part of an identifier (0000, 0002, FFFE), a sequence with a value, and a value that can be no
/// key of its VR.
QueryKey parse_query_key(std::string_view text);

/// A key made by the program itself, with the same checks of the value.
QueryKey make_query_key(Tag tag, std::string_view value);

/// Puts a key into an identifier, the value encoded in `charset` and numbers in binary where the VR
/// asks for it; sequences get one item, PS3.4 C.2.2.2.6. A value for an attribute that has one
/// already is added to it as one more alternative (C.2.2.2.2, multi-valued keys); a key without
/// value leaves one that is there alone. Throws Error(usage) when a character is not in `charset`,
/// with a hint at ISO_IR 192.
void put_query_key(DataSet& identifier, const QueryKey& key, const CharacterSet& charset);

}  // namespace pacs::dicom
