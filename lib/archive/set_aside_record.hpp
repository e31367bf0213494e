#pragma once

#include "archive/ingest.hpp"
#include "index/index.hpp"

#include <string>

namespace pacs::archive {

/// The JSON beside an object in quarantine/ or conflicts/, pacs-archive(5): one line that says
/// when, from whom, what it is and why it lies there. UIDs and titles, no patient attribute.

/// For what was received and is no valid object, or not the announced one.
std::string quarantine_record(const Announcement& announcement, const StoreResult& result);
/// For a file found by recovery or a rebuild.
std::string found_record(const std::string& path, const std::string& reason,
                         const std::string& sha256, std::uint64_t size);
/// For an object whose UID is taken by `other`. `outcome`: "set_aside" for the newcomer, "replaced"
/// for the one that had to go.
std::string conflict_record(const char* outcome, const Announcement& newcomer,
                            const index::StoredInstance& aside, const std::string& other_sha256);

}  // namespace pacs::archive
