#pragma once

#include "base/json_line.hpp"

#include <string>
#include <string_view>

namespace pacs::stream {

/// Adds a path to a record under `name`; one that is not UTF-8 is shown with U+FFFD, and a second
/// time as NAME_base64, so that the tools can open it (source.hpp).
void add_path(JsonLine& line, std::string_view name, const std::string& path);

}  // namespace pacs::stream
