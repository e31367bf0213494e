#pragma once

#include "base/json_line.hpp"
#include "index/files.hpp"
#include "scan/task.hpp"

#include <optional>
#include <string>

namespace pacs::scan {

/// The record of a task that is done, pacs-records(5): of type `instance` for an object, else
/// `file`. nullopt: there is nothing to be said, the file is as it was or only a tar file with
/// others in it.
std::optional<JsonLine> scan_record(const Task& task);

/// The record of a file that a DICOMDIR names and that is not there.
JsonLine missing_record(const Task& dicomdir, const std::string& path);

/// The record of what was removed from an index; `path` as it is shown.
JsonLine removed_record(const index::RemovedFile& removed, const std::string& path);

}  // namespace pacs::scan
