#pragma once

#include "base/file.hpp"
#include "index/index.hpp"
#include "storage/layout.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pacs::archive {

/// When an instance counts as stored.
enum class Durability : std::uint8_t {
    flushed,  ///< file, folder and index row are on disk: survives power loss
    os,       ///< the kernel has them: survives the process, not the machine
};

/// What the start found and did, pacs-archive(5). For the log.
struct RecoveryReport {
    bool created = false;         ///< the archive was made
    bool index_created = false;   ///< the index was made; with objects there: rebuilt from them
    std::uint64_t cleared = 0;    ///< files in incoming/ that were never answered: removed
    std::uint64_t adopted = 0;    ///< whole objects without an index row: indexed
    std::uint64_t settled = 0;    ///< objects already indexed whose entry in incoming/ was left
    std::uint64_t withdrawn = 0;  ///< names under objects/ of unanswered objects: removed
    std::uint64_t set_aside = 0;  ///< files that are no valid objects: moved to quarantine/
    /// Names (in incoming/, or objects/ when rebuilding) that we did not make and left alone.
    std::vector<std::string> foreign;

    bool nothing_to_do() const noexcept
    {
        return cleared + adopted + settled + withdrawn + set_aside == 0 && foreign.empty();
    }
};

/// An archive folder. Only one process may write to it; any number may read.
class Archive {
public:
    /// For writing: takes the lock, makes the archive when `folder` is empty or not there, brings
    /// the index up to date and clears or adopts what a crash left (recover.hpp).
    /// Throws Error(locked) when another process has it, Error(refused) for a folder that is
    /// something else, Error(storage) for a newer format or schema (nothing is touched then) and
    /// for failures of the disk.
    static Archive open_for_writing(const std::filesystem::path& folder,
                                    Durability durability = Durability::flushed);
    /// For searching and reading, also while another process writes.
    /// Throws Error(storage) when it is no archive or a newer one.
    static Archive open_for_reading(const std::filesystem::path& folder);

    const storage::Layout& layout() const noexcept { return layout_; }
    const storage::ArchiveSettings& settings() const noexcept { return settings_; }
    const index::Index& index() const noexcept { return *index_; }
    /// Empty for an archive opened for reading.
    const RecoveryReport& recovery() const noexcept { return recovery_; }
    Durability durability() const noexcept { return durability_; }
    bool writable() const noexcept { return lock_.has_value(); }

private:
    explicit Archive(const std::filesystem::path& folder) : layout_(folder) {}

    storage::Layout layout_;
    storage::ArchiveSettings settings_;
    std::optional<FileLock> lock_;
    std::optional<index::Index> index_;
    RecoveryReport recovery_;
    Durability durability_ = Durability::flushed;
};

}  // namespace pacs::archive
