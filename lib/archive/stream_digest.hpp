#pragma once

#include "archive/worker_pool.hpp"
#include "base/digest.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace pacs::archive {

/// SHA-256 of a stream, computed in a pool while the stream is still coming. Used by one thread.
class StreamDigest {
public:
    using Chunk = std::shared_ptr<const std::vector<std::byte>>;

    explicit StreamDigest(WorkerPool& pool);
    /// Adds the next bytes; waits while three chunks are not digested yet, so that memory stays
    /// bounded when the stream is faster than the digest.
    void add(Chunk chunk);
    /// Waits for all chunks, adds `rest`, and gives the digest.
    Sha256Value finish(std::span<const std::byte> rest);

private:
    struct State;
    WorkerPool& pool_;
    std::shared_ptr<State> state_;
};

}  // namespace pacs::archive
