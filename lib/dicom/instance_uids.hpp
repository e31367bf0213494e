#pragma once

#include "dicom/data_set.hpp"

#include <optional>
#include <string_view>

namespace pacs::dicom {

/// What is wrong with one of the four UIDs without which an object is no instance: SOP Class, SOP
/// Instance, Study Instance and Series Instance UID.
struct UidDefect {
    std::string_view name;  ///< "Study Instance UID"
    bool missing = false;   ///< else it is not valid (is_valid_uid())
};

/// The first that is missing, else the first that is not valid; nullopt: all are there and valid.
std::optional<UidDefect> defect_of_uids(const DataSet& header);

}  // namespace pacs::dicom
