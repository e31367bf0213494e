#pragma once

#include "dicom/query_level.hpp"
#include "index/sqlite.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::index {

/// The table of a level: "patient_row" and so on.
std::string_view table_of(dicom::QueryLevel level) noexcept;
/// Removes the name keys of a row, which are not found by their owner but follow from what it says.
void drop_names(Database& database, dicom::QueryLevel level, std::int64_t owner);
/// SQL for all that a row says of a patient as one text, to be compared: of patient_row, or of
/// study_row, by its alias.
std::string patient_text_sql(char alias);

}  // namespace pacs::index
