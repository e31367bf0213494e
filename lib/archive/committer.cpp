#include "archive/committer.hpp"

#include "archive/placement.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

namespace pacs::archive {

namespace {

using Change = IngestJob::Change;

/// Bounds the time an answer waits for the others of its group.
constexpr std::size_t group_limit = 512;
/// So many rows may be refused by the index, one by one, before a whole group is given up.
constexpr int culprit_limit = 3;
/// The write-ahead log is written back to the index when it has so many pages (32 MiB).
constexpr std::uint64_t checkpoint_pages = 8192;
constexpr const char* cannot_write = "the index cannot be written";

void fail(IngestJob& job, const std::string& reason)
{
    if (job.file) {
        job.file->withdraw();
    }
    job.result = failure(reason);
    job.change = Change::none;
}

void fail_all(const std::vector<IngestJobPtr>& group, const std::string& reason)
{
    for (const IngestJobPtr& job : group) {
        if (job->change != Change::none) {
            fail(*job, reason);
        }
    }
}

}  // namespace

Committer::Committer(index::Writer writer, const std::filesystem::path& database, WorkerPool& pool,
                     Hooks hooks)
    : writer_(std::move(writer)), checkpointer_(database), pool_(pool), hooks_(std::move(hooks))
{
}

void Committer::submit(IngestJobPtr job)
{
    {
        const std::scoped_lock lock{mutex_};
        waiting_.push_back(std::move(job));
        if (led_) {
            return;
        }
        led_ = true;
    }
    lead();
}

std::uint64_t Committer::commits() const
{
    const std::scoped_lock lock{mutex_};
    return commits_;
}

// One group only: a sender that leads has its own next object to receive.
void Committer::lead()
{
    Group group;
    {
        const std::scoped_lock lock{mutex_};
        const std::size_t count = std::min(waiting_.size(), group_limit);
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
        group.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
        waiting_.erase(waiting_.begin(), end);
    }
    commit_group(group);
    checkpoint_when_due();
    const std::scoped_lock lock{mutex_};
    if (waiting_.empty()) {
        led_ = false;
    } else {
        pool_.post([this] { lead(); });
    }
}

// The bulk goes beside the commits, and what was committed meanwhile between two of them: only a
// log that is written back to its end starts over.
void Committer::checkpoint_when_due()
{
    const auto attempt = [](const auto& step) {
        try {
            step();
        } catch (const std::exception& error) {
            log::warning("bringing the index up to date with its log: {}", error.what());
        }
    };
    if (checkpoint_ == Checkpoint::remainder) {
        attempt([this] { writer_.checkpoint(); });
        checkpoint_ = Checkpoint::idle;
    } else if (checkpoint_ == Checkpoint::idle && writer_.log_pages() >= checkpoint_pages) {
        checkpoint_ = Checkpoint::running;
        pool_.post([this, attempt] {
            attempt([this] { checkpointer_.run(); });
            checkpoint_ = Checkpoint::remainder;
        });
    }
}

void Committer::commit_group(Group& group)
{
    Group taken;
    const bool any = std::ranges::any_of(
        group, [](const IngestJobPtr& job) { return job->change != Change::none; });
    const bool writable = !any || !writer_.commit_in_doubt() || bury();
    if (!writable) {
        fail_all(group, cannot_write);
    }
    for (int culprits = 0; any && writable && !try_group(group, taken); ++culprits) {
        if (culprits == culprit_limit) {
            fail_all(group, cannot_write);
            break;
        }
    }
    for (IngestJobPtr& job : group) {
        hooks_.concluded(std::move(job));
    }
    for (IngestJobPtr& job : taken) {
        hooks_.taken(std::move(job));
    }
}

// Commits what the group wants changed; jobs whose UID is taken move to `taken`. False: nothing was
// changed, and the job that cannot be indexed, or all when the commit itself failed, have failed.
bool Committer::try_group(Group& group, Group& taken)
{
    IngestJob* current = nullptr;
    try {
        writer_.begin();
        std::vector<bool> inserted(group.size(), true);
        for (std::size_t at = 0; at < group.size(); ++at) {
            current = group[at].get();
            inserted[at] = apply(*current);
        }
        current = nullptr;
        writer_.commit();
        for (std::size_t at = group.size(); at-- > 0;) {
            if (!inserted[at]) {
                taken.push_back(std::move(group[at]));
                group.erase(group.begin() + static_cast<std::ptrdiff_t>(at));
            }
        }
        const std::scoped_lock lock{mutex_};
        ++commits_;
        return true;
    } catch (const std::exception& error) {
        log::error("committing {} instances: {}", group.size(), error.what());
        writer_.rollback();
        if (current != nullptr) {
            fail(*current, error.what());
            return false;
        }
        if (writer_.commit_in_doubt() && !bury()) {
            // Its rows may still come to life after a crash: the files that they name stay.
            log::error("the next start will settle {} instances", group.size());
            for (const IngestJobPtr& job : group) {
                if (job->file) {
                    job->file->leave();
                }
            }
        }
        fail_all(group, error.what());
        return true;
    }
}

bool Committer::bury()
{
    try {
        writer_.bury_failed_commit();
        return true;
    } catch (const std::exception& error) {
        log::error("overwriting a failed commit: {}", error.what());
        writer_.rollback();
        return false;
    }
}

// False: the index has an instance of that UID.
bool Committer::apply(const IngestJob& job)
{
    if (job.change == Change::replace) {
        writer_.replace(job.record);
    }
    return job.change != Change::insert || writer_.insert(job.record);
}

}  // namespace pacs::archive
