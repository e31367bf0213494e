#include "base/buffer_pool.hpp"

#include "catch.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

using pacs::BufferPool;

TEST_CASE("no more buffers are out than allowed, and what comes back can be taken again")
{
    BufferPool pool{1'000, 4};
    CHECK(pool.buffer_bytes() == 1'000);
    std::vector<std::shared_ptr<std::byte[]>> taken;
    for (int i = 0; i < 4; ++i) {
        taken.push_back(pool.take());
        REQUIRE(taken.back() != nullptr);
        taken.back()[999] = std::byte{1};
    }
    CHECK(pool.take() == nullptr);
    const std::byte* const last = taken.back().get();
    taken.pop_back();
    const auto again = pool.take();
    CHECK(again.get() == last);  // the same memory, not fresh one
    CHECK(pool.take() == nullptr);
}

TEST_CASE("a buffer may outlive its pool")
{
    std::optional<BufferPool> pool{std::in_place, 1'000, 4};
    const auto buffer = pool->take();
    pool.reset();
    buffer[0] = std::byte{1};
    CHECK(buffer[0] == std::byte{1});
}

TEST_CASE("threads that take and give back never share a buffer")
{
    BufferPool pool{sizeof(int), 3};
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> threads;
        for (int id = 1; id <= 4; ++id) {
            threads.emplace_back([&pool, &wrong, id] {
                for (int i = 0; i < 2'000; ++i) {
                    const auto buffer = pool.take();
                    if (buffer != nullptr) {
                        buffer[0] = static_cast<std::byte>(id);
                        wrong += buffer[0] == static_cast<std::byte>(id) ? 0 : 1;
                    }
                }
            });
        }
    }
    CHECK(wrong == 0);
    const std::vector all{pool.take(), pool.take(), pool.take()};
    CHECK(all[2] != nullptr);
    CHECK(pool.take() == nullptr);
}
