#pragma once

#include "archive/ingest_job.hpp"
#include "archive/worker_pool.hpp"
#include "index/index.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <vector>

namespace pacs::archive {

/// Puts the rows of all instances that are ready into one transaction. The thread that submits
/// while nobody commits does it for all that wait, and passes the rest on to the pool: the busier,
/// the larger the groups, and a lone sender changes threads not once. Thread-safe.
class Committer {
public:
    /// `concluded` is called for each job, in the order they were committed, when its result
    /// stands; `taken` for one whose UID the index has already. By one thread at a time; neither
    /// may throw.
    struct Hooks {
        std::function<void(IngestJobPtr)> concluded;
        std::function<void(IngestJobPtr)> taken;
    };

    /// Checkpoints of `database` run in `pool` beside the commits.
    Committer(index::Writer writer, const std::filesystem::path& database, WorkerPool& pool,
              Hooks hooks);

    /// May commit, and call hooks for other jobs too, before it returns.
    void submit(IngestJobPtr job);
    std::uint64_t commits() const;

private:
    using Group = std::vector<IngestJobPtr>;

    void lead();
    void commit_group(Group& group);
    bool try_group(Group& group, Group& taken);
    bool apply(const IngestJob& job);
    bool bury();
    void checkpoint_when_due();

    index::Writer writer_;
    index::Checkpointer checkpointer_;
    WorkerPool& pool_;
    Hooks hooks_;
    mutable std::mutex mutex_;
    Group waiting_;
    bool led_ = false;  ///< some thread commits, or is about to
    std::uint64_t commits_ = 0;
    /// Who sets it to running posts the task; the task sets remainder; the next leader idle.
    enum class Checkpoint : std::uint8_t { idle, running, remainder };
    std::atomic<Checkpoint> checkpoint_{Checkpoint::idle};
};

}  // namespace pacs::archive
