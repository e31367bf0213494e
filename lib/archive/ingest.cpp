#include "archive/ingest.hpp"

#include "archive/committer.hpp"
#include "archive/ingest_job.hpp"
#include "archive/placement.hpp"
#include "archive/reception.hpp"
#include "archive/store_statuses.hpp"
#include "archive/worker_pool.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/space.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace pacs::archive {

namespace {

/// Finished instances in flight beyond which finish() waits.
constexpr std::size_t in_flight_limit = 4096;

unsigned cores()
{
    return std::max(1U, std::thread::hardware_concurrency());
}

StoreResult refusal_of(StoreKind kind, net::Status status, std::string comment, std::string detail)
{
    StoreResult result;
    result.kind = kind;
    result.status = status;
    result.comment = std::move(comment);
    result.detail = detail.empty() ? result.comment : std::move(detail);
    return result;
}

std::uint64_t& counter_of(IngestCounters& counters, StoreKind kind)
{
    switch (kind) {
    case StoreKind::stored: return counters.stored;
    case StoreKind::duplicate: return counters.duplicates;
    case StoreKind::replaced: return counters.replaced;
    case StoreKind::set_aside: return counters.set_aside;
    case StoreKind::rejected: return counters.rejected;
    case StoreKind::quarantined: return counters.quarantined;
    case StoreKind::refused: return counters.refused;
    case StoreKind::failed: break;
    }
    return counters.failed;
}

}  // namespace

std::string_view to_string(StoreKind kind) noexcept
{
    switch (kind) {
    case StoreKind::stored: return "stored";
    case StoreKind::duplicate: return "duplicate";
    case StoreKind::replaced: return "replaced";
    case StoreKind::set_aside: return "set_aside";
    case StoreKind::rejected: return "rejected";
    case StoreKind::quarantined: return "quarantined";
    case StoreKind::refused: return "refused";
    case StoreKind::failed: break;
    }
    return "failed";
}

// Moves jobs between the threads, and keeps those of one UID in a row.
struct Ingest::Core {
    Core(Archive& opened, const IngestOptions& options);

    void submit(IngestJobPtr job);
    void start(IngestJobPtr job);
    void resume(IngestJobPtr job);
    void work(IngestJobPtr job);
    void conclude(IngestJobPtr job);
    void release(const std::string& uid);
    std::optional<StoreResult> refusal(const Announcement& announcement);
    OnConflict on_conflict() const;

    Archive& archive;
    Placement placement;
    mutable std::mutex mutex;
    std::condition_variable changed;
    OnConflict policy;
    DiskShare min_free;
    IngestCounters counts;
    std::size_t in_flight = 0;
    /// UIDs being worked on, with the jobs that wait for their turn.
    std::unordered_map<std::string, std::deque<IngestJobPtr>> turns;
    WorkerPool digest_pool;
    std::unique_ptr<Committer> committer;
    WorkerPool flush_pool;  ///< destroyed first: its last tasks use the committer
};

namespace {

std::optional<StoreResult> lack_of_space(const storage::Layout& layout, const DiskShare& min_free)
{
    if (min_free == DiskShare{}) {
        return std::nullopt;
    }
    const Space space = space_of(layout.root());
    if (!space.below(min_free)) {
        return std::nullopt;
    }
    return refusal_of(StoreKind::refused, store_statuses::no_space.status,
                      "the archive has too little free space",
                      fmt::format("{} are free, {} are held in reserve", size_text(space.free),
                                  size_text(min_free.of(space.total))));
}

}  // namespace

Ingest::Core::Core(Archive& opened, const IngestOptions& options)
    : archive(opened),
      placement(opened),
      policy(options.on_conflict),
      min_free(options.min_free),
      digest_pool(options.digest_threads == 0 ? cores() : options.digest_threads),
      flush_pool(options.flush_threads == 0 ? 4 * cores() : options.flush_threads)
{
    const auto synchronous = archive.durability() == Durability::flushed
                                 ? index::Synchronous::full
                                 : index::Synchronous::normal;
    committer = std::make_unique<Committer>(
        index::Writer{archive.layout().index(), synchronous}, archive.layout().index(), flush_pool,
        Committer::Hooks{[this](IngestJobPtr job) { conclude(std::move(job)); },
                         [this](IngestJobPtr job) { resume(std::move(job)); }});
}

OnConflict Ingest::Core::on_conflict() const
{
    const std::scoped_lock lock{mutex};
    return policy;
}

std::optional<StoreResult> Ingest::Core::refusal(const Announcement& announcement)
{
    if (!dicom::is_valid_uid(announcement.sop_instance_uid)) {
        return refusal_of(StoreKind::refused, store_statuses::bad_instance_uid.status,
                          "the Affected SOP Instance UID is not valid", {});
    }
    DiskShare reserve;
    {
        const std::scoped_lock lock{mutex};
        reserve = min_free;
    }
    return lack_of_space(archive.layout(), reserve);
}

void Ingest::Core::submit(IngestJobPtr job)
{
    {
        std::unique_lock lock{mutex};
        changed.wait(lock, [this] { return in_flight < in_flight_limit; });
        ++in_flight;
        const auto [turn, first] = turns.try_emplace(job->announcement.sop_instance_uid);
        if (!first) {
            turn->second.push_back(std::move(job));
            return;
        }
    }
    start(std::move(job));
}

void Ingest::Core::start(IngestJobPtr job)
{
    if (job->announcement.answer_awaited && !job->resumed) {
        work(std::move(job));
        return;
    }
    // Shared only because std::function wants to copy what it holds.
    flush_pool.post(
        [this, held = std::make_shared<IngestJobPtr>(std::move(job))] { work(std::move(*held)); });
}

void Ingest::Core::work(IngestJobPtr job)
{
    if (job->change == IngestJob::Change::insert) {
        placement.meet(*job, on_conflict());
    } else if (!job->decided) {
        placement.place(*job, on_conflict());
    }
    committer->submit(std::move(job));
}

void Ingest::Core::conclude(IngestJobPtr job)
{
    {
        const std::scoped_lock lock{mutex};
        ++counter_of(counts, job->result.kind);
        if (job->result.kind == StoreKind::stored || job->result.kind == StoreKind::replaced) {
            counts.bytes += job->result.size;
        }
    }
    job->done(job->result);
    if (job->change != IngestJob::Change::none) {
        job->file->settle();
    }
    const std::string uid = std::move(job->announcement.sop_instance_uid);
    job.reset();
    release(uid);
}

// The next one of the same UID has its turn.
void Ingest::Core::release(const std::string& uid)
{
    IngestJobPtr next;
    {
        const std::scoped_lock lock{mutex};
        --in_flight;
        const auto turn = turns.find(uid);
        if (turn->second.empty()) {
            turns.erase(turn);
        } else {
            next = std::move(turn->second.front());
            turn->second.pop_front();
        }
    }
    changed.notify_all();
    if (next) {
        resume(std::move(next));
    }
}

// Goes on in the pool: this thread may be another sender's.
void Ingest::Core::resume(IngestJobPtr job)
{
    job->resumed = true;
    start(std::move(job));
}

Ingest::Ingest(Archive& archive, const IngestOptions& options)
    : core_(std::make_unique<Core>(archive, options))
{
}

Ingest::~Ingest()
{
    drain();
}

std::unique_ptr<Reception> Ingest::begin(const Announcement& announcement)
{
    Core* core = core_.get();
    auto reception = std::make_unique<FileReception>(
        core->archive, core->digest_pool,
        [core](IngestJobPtr job) { core->submit(std::move(job)); },
        [core, announcement] { return core->refusal(announcement); }, announcement);
    try {
        if (auto refusal = core->refusal(announcement)) {
            reception->refuse(std::move(*refusal));
        } else {
            reception->open();
        }
    } catch (const std::exception& error) {
        reception->refuse(failure(error.what()));
    }
    return reception;
}

void Ingest::reconfigure(OnConflict on_conflict, const DiskShare& min_free)
{
    const std::scoped_lock lock{core_->mutex};
    core_->policy = on_conflict;
    core_->min_free = min_free;
}

void Ingest::drain()
{
    std::unique_lock lock{core_->mutex};
    core_->changed.wait(lock, [this] { return core_->in_flight == 0; });
}

IngestCounters Ingest::counters() const
{
    IngestCounters counts;
    {
        const std::scoped_lock lock{core_->mutex};
        counts = core_->counts;
    }
    counts.commits = core_->committer->commits();
    return counts;
}

}  // namespace pacs::archive
