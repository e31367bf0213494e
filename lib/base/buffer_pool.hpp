#pragma once

#include <cstddef>
#include <memory>

namespace pacs {

/// Buffers of one size that are used again and again: fresh memory costs a page fault for each
/// 4 KiB. Only so many are out at once. Thread-safe.
class BufferPool {
public:
    /// No memory is taken before it is asked for. Of what came back, a quarter of `most` is kept.
    BufferPool(std::size_t buffer_bytes, std::size_t most);

    std::size_t buffer_bytes() const noexcept;
    /// A buffer, not initialised; nullptr: as many as allowed are out. It comes back when the last
    /// pointer to it goes, which may outlive the pool.
    std::shared_ptr<std::byte[]> take();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace pacs
