#pragma once

#include "archive/archive.hpp"
#include "base/json_line.hpp"

#include <string>

namespace pacs::scan {

/// The record of a rebuild, pacs-records(5): what became of the objects of the archive `node`.
JsonLine rebuilt_record(const archive::RecoveryReport& report, const std::string& node);

}  // namespace pacs::scan
