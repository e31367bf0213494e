#include "archive/stream_digest.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace pacs::archive {

namespace {

constexpr std::size_t waiting_limit = 3;

}  // namespace

// Shared with the task that runs, so that a stream may be dropped at any time.
struct StreamDigest::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Chunk> chunks;  ///< the first is being digested
    Sha256 digest;             ///< touched by the one running task, or when there is none

    void run()
    {
        std::unique_lock lock{mutex};
        while (!chunks.empty()) {
            const Chunk chunk = chunks.front();
            lock.unlock();
            digest.update(*chunk);
            lock.lock();
            chunks.pop_front();
            changed.notify_all();
        }
    }
};

StreamDigest::StreamDigest(WorkerPool& pool) : pool_(pool), state_(std::make_shared<State>()) {}

void StreamDigest::add(Chunk chunk)
{
    std::unique_lock lock{state_->mutex};
    state_->changed.wait(lock, [this] { return state_->chunks.size() < waiting_limit; });
    state_->chunks.push_back(std::move(chunk));
    if (state_->chunks.size() == 1) {
        pool_.post([state = state_] { state->run(); });
    }
}

Sha256Value StreamDigest::finish(std::span<const std::byte> rest)
{
    std::unique_lock lock{state_->mutex};
    state_->changed.wait(lock, [this] { return state_->chunks.empty(); });
    state_->digest.update(rest);
    return state_->digest.finish();
}

}  // namespace pacs::archive
