#pragma once

#include "index/sqlite.hpp"

#include <filesystem>
#include <string>

namespace pacs::index {

/// "PACS" in ASCII: application_id of the file, so that file(1) and we know it.
inline constexpr int application_id = 0x50414353;

/// Reads the head of the file itself, before SQLite may touch anything of it: throws Error(storage)
/// when it is no SQLite file, not ours, or of a newer schema. An empty or missing file passes.
void check_head(const std::filesystem::path& path);

/// The same through SQLite, whose write-ahead log may be newer than the file; also when `at_least`
/// is not reached. Changes nothing.
void check_version(Database& database, int at_least);

/// The file of an index with nothing in it, in WAL mode.
std::string empty_index();

/// Brings the schema from whatever version up to schema_version, each step one transaction.
/// Returns true when it was made anew.
bool migrate(Database& database);

}  // namespace pacs::index
