#pragma once

#include "base/column.hpp"
#include "dicom/query_level.hpp"

#include <vector>

namespace pacs::query {

/// What a person at a terminal wants to see of the answers of a level; the unique key is last, for
/// it is long.
std::vector<Column> answer_columns(dicom::QueryLevel level);

}  // namespace pacs::query
