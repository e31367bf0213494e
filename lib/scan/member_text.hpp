#pragma once

#include "dicom/data_set.hpp"
#include "dicom/tag.hpp"

#include <string>
#include <vector>

namespace pacs::scan {

/// Writes attributes as members of a flat record, the same text as dicom::append_record_members()
/// gives, but quickly for a fixed set of tags and values of plain ASCII.
class MemberText {
public:
    /// `tags` ascend; others in a data set are left out.
    explicit MemberText(const std::vector<dicom::Tag>& tags);

    /// Appends `"Name":value` for each element, parted by commas, a comma first unless `out` is
    /// empty.
    void append(std::string& out, const dicom::DataSet& data_set) const;

private:
    struct Member {
        dicom::Tag tag;
        std::string name;  ///< "\"PatientID\":"
        bool one_value = false;
    };
    std::vector<Member> members_;
};

}  // namespace pacs::scan
