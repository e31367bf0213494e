#pragma once

#include "archive/archive.hpp"
#include "archive/ingest_job.hpp"
#include "storage/folders.hpp"

#include <filesystem>
#include <string>

namespace pacs::archive {

/// Brings received instances to their place on disk: the part of ingest before the commit.
/// Thread-safe for jobs of different SOP Instance UIDs; those of one must come one after the other,
/// each after the commit of the one before.
class Placement {
public:
    explicit Placement(const Archive& archive);

    /// Judges, seals, names and flushes. Afterwards `job.change` says what the index needs; with
    /// `none` job.result is the answer. Never throws: a failure of the disk is a result.
    void place(IngestJob& job, OnConflict on_conflict) noexcept;
    /// After the index said that the UID of a placed instance is taken: finds out how, and goes on
    /// as place() does.
    void meet(IngestJob& job, OnConflict on_conflict) noexcept;

private:
    void seal(IngestJob& job);
    bool stop_when_objectionable(IngestJob& job);
    void complete_record(IngestJob& job) const;
    void publish_or_meet(IngestJob& job, OnConflict on_conflict);
    void put_on_disk(IngestJob& job);
    void decide(IngestJob& job, OnConflict on_conflict);
    void meet_unknown_file(IngestJob& job, const std::filesystem::path& path);
    void meet_own_place(IngestJob& job, const index::StoredInstance& stored,
                        OnConflict on_conflict);
    void heal(IngestJob& job, const std::filesystem::path& path);
    void resolve_conflict(IngestJob& job, const index::StoredInstance& stored,
                          OnConflict on_conflict);
    void take_place(IngestJob& job, const std::filesystem::path& path,
                    const std::filesystem::path& old_name, IngestJob::Change change);

    const Archive& archive_;
    storage::Folders folders_;
};

/// The result of an instance that could not be stored for `reason`: A700.
StoreResult failure(const std::string& reason);

}  // namespace pacs::archive
