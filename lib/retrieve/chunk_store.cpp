#include "retrieve/chunk_store.hpp"

#include <utility>

namespace pacs::retrieve {

Chunk ChunkStore::take()
{
    const std::scoped_lock lock{mutex_};
    if (idle_.empty()) {
        return {};
    }
    Chunk chunk = std::move(idle_.back());
    idle_.pop_back();
    return chunk;
}

void ChunkStore::reserve(std::size_t bytes)
{
    std::unique_lock lock{mutex_};
    room_.wait(lock,
               [&] { return waiting_bytes_ == 0 || waiting_bytes_ + bytes <= budget_bytes_; });
    waiting_bytes_ += bytes;
}

void ChunkStore::release(Chunk chunk)
{
    constexpr std::size_t most_idle = 16;
    {
        const std::scoped_lock lock{mutex_};
        waiting_bytes_ -= chunk.size();
        chunk.clear();
        if (idle_.size() < most_idle) {
            idle_.push_back(std::move(chunk));
        }
    }
    room_.notify_all();
}

}  // namespace pacs::retrieve
