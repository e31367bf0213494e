#include "scan/pipeline.hpp"
#include "catch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>

using pacs::scan::Pipeline;

TEST_CASE("results come in the order of the items, whichever thread is done first")
{
    Pipeline<int> work{4, 8, [](int& item, unsigned) {
                           for (int spin = item % 7 * 1000; spin > 0; --spin) {
                               std::atomic_signal_fence(std::memory_order_seq_cst);
                           }
                           item *= 2;
                           return false;
                       }};
    std::thread producer{[&] {
        for (int item = 0; item < 2000; ++item) {
            work.put(item);
        }
        work.finish();
    }};
    int expected = 0;
    for (auto item = work.take(); item; item = work.take()) {
        REQUIRE(*item == expected);
        expected += 2;
    }
    producer.join();
    CHECK(expected == 4000);
    CHECK(work.ready());
}

TEST_CASE("what work throws comes in the place of its item, what the producer throws at the end")
{
    Pipeline<int> work{2, 4, [](int& item, unsigned) {
                           if (item == 1) {
                               throw std::runtime_error("one");
                           }
                           return false;
                       }};
    for (const int item : {0, 1, 2}) {
        CHECK(work.put(item));
    }
    work.finish(std::make_exception_ptr(std::logic_error("end")));
    CHECK(work.take() == 0);
    CHECK_THROWS_AS(work.take(), std::runtime_error);
    CHECK(work.take() == 2);
    CHECK_THROWS_AS(work.take(), std::logic_error);
    CHECK_FALSE(work.take());
}

TEST_CASE("a producer that waits for room goes on when nobody takes any more")
{
    Pipeline<int> work{1, 1, [](int&, unsigned) { return false; }};
    std::thread producer{[&] {
        while (work.put(1)) {
        }
        work.finish();
    }};
    CHECK(work.take());
    work.stop();
    producer.join();
}

TEST_CASE("an exception of any part ends the work and comes out")
{
    for (const std::string bad : {"produce", "work", "take"}) {
        int taken = 0;
        const auto fail_at_10 = [&](const std::string& part, int item) {
            if (part == bad && item == 10) {
                throw std::runtime_error(part);
            }
        };
        const auto run = [&] {
            pacs::scan::run_pipeline<int>(
                4, 16,
                [&](Pipeline<int>& work) {
                    for (int item = 0; item < 100'000; ++item) {
                        fail_at_10("produce", item);
                        if (!work.put(item)) {
                            return;
                        }
                    }
                },
                [&](int& item, unsigned) {
                    fail_at_10("work", item);
                    return false;
                },
                [&](int&& item, const Pipeline<int>&) {
                    fail_at_10("take", item);
                    ++taken;
                });
        };
        CHECK_THROWS_WITH(run(), bad);
        CHECK(taken == 10);
    }
}

TEST_CASE("work that waits gets more threads, and never more than allowed")
{
    // From the tenth item on each waits until four are being worked on at once: with the one thread
    // that there is at first, and without more, for ever.
    std::mutex gate;
    std::condition_variable opened;
    unsigned under_way = 0;
    std::atomic<unsigned> highest{0};
    Pipeline<int> work{{1, 4}, 100, [&](int& item, unsigned thread) {
                           highest = std::max<unsigned>(highest, thread + 1);
                           if (item >= 10) {
                               std::unique_lock lock{gate};
                               ++under_way;
                               opened.notify_all();
                               opened.wait(lock, [&] { return under_way >= 4; });
                           }
                           return true;
                       }};
    for (int item = 0; item < 100; ++item) {
        REQUIRE(work.put(item));
    }
    work.finish();
    for (int item = 0; item < 100; ++item) {
        CHECK(work.take() == item);
    }
    CHECK_FALSE(work.take());
    CHECK(highest == 4);
}

TEST_CASE("work that does not wait keeps its threads")
{
    std::atomic<unsigned> highest{0};
    Pipeline<int> work{{2, 8}, 4, [&](int&, unsigned thread) {
                           highest = std::max<unsigned>(highest, thread + 1);
                           return false;
                       }};
    for (int item = 0; item < 100; ++item) {
        REQUIRE(work.put(item));
        CHECK(work.take() == item);
    }
    CHECK(highest <= 2);
}

TEST_CASE("a wait for the next item ends with the item, or with its time")
{
    using namespace std::chrono_literals;
    const auto now = [] { return std::chrono::steady_clock::now(); };
    std::mutex gate;
    std::unique_lock closed{gate};
    Pipeline<int> work{1, 2, [&](int&, unsigned) {
                           const std::lock_guard pass{gate};
                           return false;
                       }};
    work.put(1);
    CHECK_FALSE(work.ready_until(now() + 1ms));
    closed.unlock();
    CHECK(work.ready_until(now() + 1h));
    CHECK(work.take() == 1);
    work.finish();
    CHECK(work.ready_until(now() + 1h));
}
