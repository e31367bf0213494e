#pragma once

#include "archive/archive.hpp"
#include "storage/layout.hpp"

#include <cstdint>
#include <functional>

namespace pacs::archive {

struct RebuildOptions {
    unsigned threads = 0;  ///< that read objects; 0: one a core
    /// Hears of objects that are done, and their bytes.
    std::function<void(std::uint64_t objects, std::uint64_t bytes)> on_progress = {};
};

/// Makes the index of an archive from its objects alone; the caller holds its lock. It is built as
/// index.db.new and takes the place of index.db at the very end: a crash at any moment leaves the
/// old one or the new one. Every valid object in its place under objects/ gets a row; what is no
/// valid object there goes to quarantine/, what lies in a wrong place is named as foreign and left.
/// What no object tells is gone: who sent it; see pacs-archive(5).
///
/// Throws Error(storage), and Error(limit) when StopFlag is raised; the old index is intact then.
void rebuild_index(const storage::Layout& layout, RecoveryReport& report,
                   const RebuildOptions& options = {});

/// The same for a folder, whose lock is taken meanwhile; then clears what a crash left, as
/// Archive::open_for_writing() does. Throws Error(storage) when it is no archive, Error(locked)
/// when another process has it.
RecoveryReport rebuild_archive(const std::filesystem::path& folder,
                               const RebuildOptions& options = {});

}  // namespace pacs::archive
