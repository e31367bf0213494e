#include "dicom/instance_uids.hpp"

#include "dicom/uid.hpp"

#include <array>
#include <string>
#include <utility>

namespace pacs::dicom {

std::optional<UidDefect> defect_of_uids(const DataSet& header)
{
    constexpr std::array uids{
        std::pair{tags::sop_class_uid, std::string_view{"SOP Class UID"}},
        std::pair{tags::sop_instance_uid, std::string_view{"SOP Instance UID"}},
        std::pair{tags::study_instance_uid, std::string_view{"Study Instance UID"}},
        std::pair{tags::series_instance_uid, std::string_view{"Series Instance UID"}},
    };
    std::optional<UidDefect> invalid;
    for (const auto& [tag, name] : uids) {
        const std::string uid = header.text(tag);
        if (uid.empty()) {
            return UidDefect{name, true};
        }
        if (!invalid && !is_valid_uid(uid)) {
            invalid = UidDefect{name, false};
        }
    }
    return invalid;
}

}  // namespace pacs::dicom
