#include "archive/placement.hpp"

#include "archive/object_check.hpp"
#include "archive/set_aside_record.hpp"
#include "archive/store_statuses.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "storage/set_aside.hpp"

#include <fmt/format.h>

#include <exception>
#include <system_error>

namespace pacs::archive {

namespace {

namespace fs = std::filesystem;
using Change = IngestJob::Change;

void conclude(IngestJob& job, StoreKind kind, net::Status status, std::string comment = {},
              std::string detail = {})
{
    job.result.kind = kind;
    job.result.status = status;
    job.result.detail = detail.empty() ? comment : std::move(detail);
    job.result.comment = std::move(comment);
    job.change = Change::none;
}

storage::InstanceUids uids_of(const index::InstanceRecord& record)
{
    return {record.study_uid, record.series_uid, record.instance_uid};
}

index::StoredInstance as_stored(const index::InstanceRecord& record)
{
    return {record.study_uid,           record.series_uid, record.instance_uid, record.class_uid,
            record.transfer_syntax_uid, record.sha256,     record.size};
}

bool same_place(const index::StoredInstance& stored, const index::InstanceRecord& record)
{
    return stored.study_uid == record.study_uid && stored.series_uid == record.series_uid;
}

bool is_there(const fs::path& path)
{
    std::error_code error;
    return fs::exists(fs::symlink_status(path, error));
}

/// Runs one step of a job; whatever goes wrong withdraws its file and is its result.
template <typename Step>
void guarded(IngestJob& job, const Step& step) noexcept
{
    try {
        step();
    } catch (const std::exception& error) {
        if (job.file) {
            job.file->withdraw();
        }
        const std::string sha256 = job.result.sha256;
        job.result = failure(error.what());
        job.result.sha256 = sha256;
        job.change = Change::none;
    }
}

}  // namespace

StoreResult failure(const std::string& reason)
{
    StoreResult result;
    result.kind = StoreKind::failed;
    result.status = store_statuses::failed.status;
    result.comment = "the archive cannot store it now";
    result.detail = reason;
    return result;
}

Placement::Placement(const Archive& archive) : archive_(archive), folders_(archive.layout().root())
{
}

void Placement::place(IngestJob& job, OnConflict on_conflict) noexcept
{
    guarded(job, [&] {
        seal(job);
        if (!stop_when_objectionable(job)) {
            complete_record(job);
            publish_or_meet(job, on_conflict);
        }
    });
}

void Placement::meet(IngestJob& job, OnConflict on_conflict) noexcept
{
    guarded(job, [&] {
        if (!job.file->unpublish()) {
            throw Error(ErrorKind::storage, "taking the name of an object back: it failed");
        }
        decide(job, on_conflict);
    });
}

void Placement::seal(IngestJob& job)
{
    if (job.file) {
        job.file->write(job.rest);
        const Sha256Value digest = job.digest->finish(job.rest);
        job.file->seal(digest);
        job.result.sha256 = to_hex(digest);
    } else {
        const Sha256Value digest = Sha256::of(job.rest);
        job.file.emplace(archive_.layout(), &digest);
        job.file->write(job.rest);
        job.result.sha256 = to_hex(digest);
    }
    job.result.size = job.file->size();
    job.rest = {};
}

bool Placement::stop_when_objectionable(IngestJob& job)
{
    const auto objection = objection_to(*job.scanner, &job.announcement);
    if (!objection) {
        return false;
    }
    conclude(job, StoreKind::quarantined, objection->status, objection->comment, objection->detail);
    storage::quarantine(archive_.layout(), job.file->path(), job.result.sha256,
                        quarantine_record(job.announcement, job.result));
    job.file->withdraw();
    return true;
}

void Placement::complete_record(IngestJob& job) const
{
    job.record = index::record_of(job.scanner->header());
    job.record.transfer_syntax_uid = job.announcement.transfer_syntax_uid;
    job.record.shard = storage::shard_of(job.record.study_uid);
    job.record.sha256 = job.result.sha256;
    job.record.size = job.result.size;
    job.record.received_ms = job.file->modified_ms();
    job.record.source = job.announcement.source;
}

void Placement::publish_or_meet(IngestJob& job, OnConflict on_conflict)
{
    if (job.file->publish(folders_, archive_.layout().object(uids_of(job.record)))) {
        put_on_disk(job);
        conclude(job, StoreKind::stored, store_statuses::stored.status);
        job.change = Change::insert;
    } else {
        decide(job, on_conflict);
    }
}

void Placement::put_on_disk(IngestJob& job)
{
    if (archive_.durability() == Durability::flushed) {
        job.file->flush(folders_);
    } else {
        job.file->close();
    }
}

// The file is sealed and has no name under objects/; its place or its UID may be taken.
void Placement::decide(IngestJob& job, OnConflict on_conflict)
{
    job.met = true;
    const fs::path path = archive_.layout().object(uids_of(job.record));
    const auto stored = archive_.index().find(job.record.instance_uid);
    if (stored && !same_place(*stored, job.record)) {
        // A UID under two studies or series is no new version of an object: never replaced.
        resolve_conflict(job, *stored,
                         on_conflict == OnConflict::replace ? OnConflict::keep : on_conflict);
    } else if (stored) {
        meet_own_place(job, *stored, on_conflict);
    } else if (is_there(path)) {
        meet_unknown_file(job, path);
    } else {
        publish_or_meet(job, on_conflict);
    }
}

// A file without a row was never answered, or the index was lost: nothing of it may be lost.
void Placement::meet_unknown_file(IngestJob& job, const fs::path& path)
{
    if (same_bytes(job.file->path(), path)) {
        // Removed first: another name of the same bytes, perhaps never flushed.
        if (!storage::remove_file(path) || !job.file->publish(folders_, path)) {
            throw Error(ErrorKind::storage, "putting an object in its place: it is taken");
        }
        put_on_disk(job);
        conclude(job, StoreKind::stored, store_statuses::stored.status);
        job.change = Change::insert;
        return;
    }
    const CheckedFile other = check_file(path);
    index::StoredInstance aside = as_stored(job.record);
    aside.sha256 = other.sha256;
    aside.size = other.size;
    const fs::path old_name = storage::set_conflict_aside(
        archive_.layout(), path, job.record.instance_uid, other.sha256,
        conflict_record("not_indexed", job.announcement, aside, job.record.sha256));
    take_place(job, path, old_name, Change::insert);
}

void Placement::meet_own_place(IngestJob& job, const index::StoredInstance& stored,
                               OnConflict on_conflict)
{
    const fs::path path = archive_.layout().object(uids_of(job.record));
    const bool same = stored.sha256 == job.record.sha256;
    if (!is_there(path)) {
        if (!job.file->publish(folders_, path)) {
            throw Error(ErrorKind::storage, "putting an object in its place: it is taken");
        }
        put_on_disk(job);
        conclude(job, same ? StoreKind::duplicate : StoreKind::stored,
                 store_statuses::stored.status);
        job.result.detail = "the stored file was missing";
        // Also for the same content: the committer settles the file.
        job.change = Change::replace;
        log::warning("object {}: its file was missing; it came again", stored.instance_uid);
    } else if (same ? same_bytes(job.file->path(), path) : same_data_set(job.file->path(), path)) {
        conclude(job, StoreKind::duplicate, store_statuses::stored.status);
        job.file->withdraw();
    } else if (same) {
        heal(job, path);
    } else {
        resolve_conflict(job, stored, on_conflict);
    }
}

// The file on disk is not what the index says it was when it was stored, but what came now is.
void Placement::heal(IngestJob& job, const fs::path& path)
{
    const CheckedFile damaged = check_file(path);
    const std::string reason = "damaged on disk; the same object came again and took its place";
    const fs::path old_name =
        storage::quarantine(archive_.layout(), path, damaged.sha256,
                            found_record(path.lexically_relative(archive_.layout().root()).string(),
                                         reason, damaged.sha256, damaged.size));
    take_place(job, path, old_name, Change::replace);
    job.result.kind = StoreKind::duplicate;
    job.result.detail = "the stored file was damaged";
    log::error("object {}: its file was {}", job.record.instance_uid, reason);
}

void Placement::resolve_conflict(IngestJob& job, const index::StoredInstance& stored,
                                 OnConflict on_conflict)
{
    switch (on_conflict) {
    case OnConflict::keep:
        storage::set_conflict_aside(
            archive_.layout(), job.file->path(), job.record.instance_uid, job.record.sha256,
            conflict_record("set_aside", job.announcement, as_stored(job.record), stored.sha256));
        job.file->withdraw();
        conclude(job, StoreKind::set_aside, store_statuses::set_aside.status,
                 "another object has this SOP Instance UID; set aside");
        break;
    case OnConflict::reject:
        job.file->withdraw();
        conclude(job, StoreKind::rejected, store_statuses::rejected.status,
                 "another object has this SOP Instance UID");
        break;
    case OnConflict::replace: {
        const fs::path path = archive_.layout().object(uids_of(job.record));
        const fs::path old_name = storage::set_conflict_aside(
            archive_.layout(), path, job.record.instance_uid, stored.sha256,
            conflict_record("replaced", job.announcement, stored, job.record.sha256));
        take_place(job, path, old_name, Change::replace);
        job.result.kind = StoreKind::replaced;
        break;
    }
    }
}

void Placement::take_place(IngestJob& job, const fs::path& path, const fs::path& old_name,
                           Change change)
{
    job.file->replace(path, old_name);
    put_on_disk(job);
    conclude(job, StoreKind::stored, store_statuses::stored.status);
    job.change = change;
}

}  // namespace pacs::archive
