#pragma once

#include "dicom/data_set.hpp"
#include "storage/layout.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::retrieve {

/// How files are named: words between slashes, with fields in braces, "{study}/{series}/
/// {instance}.dcm". A name never leaves the folder it is put in, whatever an object says: each part
/// between slashes has only letters, digits and "-_.", does not start with a dot, is not empty, and
/// has at most 128 characters.
///
/// Fields: study, series, instance, class (UIDs), patient (Patient ID), accession, modality, date
/// (Study Date), series_number, instance_number. What an object does not have is "none".
class Naming {
public:
    static constexpr std::string_view usual = "{study}/{series}/{instance}.dcm";

    /// Throws Error(usage) for an unknown field or a lone brace, for a name that is absolute, ends
    /// with a slash, or has a part that is empty or starts with a dot, and for one without
    /// {instance}: two objects would have the same name.
    explicit Naming(std::string_view text = usual);

    /// True when the three UIDs are all it takes, so that a name is known before the object is.
    bool by_uids_only() const noexcept { return by_uids_only_; }
    /// The name of an object by attributes of its header (wanted()), relative. The UIDs must be
    /// valid.
    std::string name_of(const dicom::DataSet& header) const;
    /// The same by UIDs alone; only when by_uids_only().
    std::string name_of(const storage::InstanceUids& uids) const;

    /// What name_of() looks for in a header, ascending.
    static std::vector<dicom::Tag> wanted();

private:
    struct Piece {
        std::string text;  ///< as it stands; empty: a field
        dicom::Tag tag;
    };
    void add_field(std::string_view name);
    void check() const;

    std::vector<Piece> pieces_;
    bool by_uids_only_ = true;
};

}  // namespace pacs::retrieve
