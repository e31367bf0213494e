#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace pacs::retrieve {

using Chunk = std::vector<std::byte>;

/// The memory of what waits to be written. Chunks are used again: fresh ones cost a page fault for
/// each 4 KiB. Thread-safe.
class ChunkStore {
public:
    /// What waits to be written holds no more than `budget_bytes`; who brings more waits.
    explicit ChunkStore(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

    /// An empty one.
    Chunk take();
    /// Counts the bytes of a chunk that is to be written, and waits until there is room for them.
    void reserve(std::size_t bytes);
    /// It was written, or need not be.
    void release(Chunk chunk);

private:
    const std::size_t budget_bytes_;
    std::mutex mutex_;
    std::condition_variable room_;
    std::size_t waiting_bytes_ = 0;
    std::vector<Chunk> idle_;
};

}  // namespace pacs::retrieve
