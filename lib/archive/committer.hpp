#pragma once

#include "archive/ingest_job.hpp"
#include "index/index.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pacs::archive {

/// One thread that puts the rows of all instances that are ready into one transaction. While it
/// commits, the next group gathers: the busier, the larger the groups.
class Committer {
public:
    /// `concluded` is called in this thread for each job, in the order they were committed, when
    /// its result stands; `taken` for one whose UID the index has already. Neither may throw.
    struct Hooks {
        std::function<void(IngestJobPtr)> concluded;
        std::function<void(IngestJobPtr)> taken;
    };

    Committer(index::Writer writer, Hooks hooks);
    ~Committer();  ///< commits what was submitted, then joins
    Committer(const Committer&) = delete;
    Committer& operator=(const Committer&) = delete;

    void submit(IngestJobPtr job);
    std::uint64_t commits() const;

private:
    using Group = std::vector<IngestJobPtr>;

    void work();
    void commit_group(Group& group);
    bool try_group(Group& group, Group& taken);
    void apply(IngestJob& job, bool& inserted);

    index::Writer writer_;
    Hooks hooks_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    Group waiting_;
    bool stopping_ = false;
    std::uint64_t commits_ = 0;
    std::thread thread_;
};

}  // namespace pacs::archive
