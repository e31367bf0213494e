#pragma once

#include "dicom/charset.hpp"
#include "dicom/repertoire.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Text under the code extensions of ISO 2022, PS3.5 6.1.2.5: what CharacterSet does for terms that
/// are no encoding of their own.
namespace pacs::dicom {

/// Those of the terms of a Specific Character Set, in their order.
using Repertoires = std::vector<const Repertoire*>;

/// Bytes with the high bit have a meaning from the first term on.
bool high_half_declared(const Repertoires& repertoires) noexcept;

/// As CharacterSet::to_utf8() and from_utf8().
CharacterSet::Decoded decode_extended(const Repertoires& repertoires, std::string_view bytes,
                                      bool person_name);
std::optional<std::string> encode_extended(const Repertoires& repertoires, std::string_view utf8,
                                           bool person_name);

}  // namespace pacs::dicom
