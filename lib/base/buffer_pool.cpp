#include "base/buffer_pool.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace pacs {

struct BufferPool::State {
    using Memory = std::unique_ptr<std::byte[]>;

    State(std::size_t size, std::size_t limit) : bytes(size), most(limit)
    {
        idle.reserve(most / 4);
    }

    Memory take()
    {
        const std::scoped_lock lock{mutex};
        if (out == most) {
            return nullptr;
        }
        Memory memory;
        if (idle.empty()) {
            memory = std::make_unique_for_overwrite<std::byte[]>(bytes);
        } else {
            memory = std::move(idle.back());  // the last used is the likeliest to be in a cache
            idle.pop_back();
        }
        ++out;
        return memory;
    }

    void give_back(Memory memory) noexcept
    {
        const std::scoped_lock lock{mutex};
        --out;
        if (idle.size() < most / 4) {
            idle.push_back(std::move(memory));  // there is room: it does not throw
        }
    }

    const std::size_t bytes;
    const std::size_t most;
    std::mutex mutex;
    std::vector<Memory> idle;
    std::size_t out = 0;
};

BufferPool::BufferPool(std::size_t buffer_bytes, std::size_t most)
    : state_(std::make_shared<State>(buffer_bytes, most))
{
}

std::size_t BufferPool::buffer_bytes() const noexcept
{
    return state_->bytes;
}

std::shared_ptr<std::byte[]> BufferPool::take()
{
    State::Memory memory = state_->take();
    if (memory == nullptr) {
        return nullptr;
    }
    return {memory.release(),
            [state = state_](std::byte* bytes) { state->give_back(State::Memory{bytes}); }};
}

}  // namespace pacs
