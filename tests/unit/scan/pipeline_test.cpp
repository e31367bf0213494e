#include "scan/pipeline.hpp"
#include "catch.hpp"

#include <atomic>
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
    Pipeline<int> work{1, 1, [](int&, unsigned) {}};
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
                [&](int& item, unsigned) { fail_at_10("work", item); },
                [&](int&& item, const Pipeline<int>&) {
                    fail_at_10("take", item);
                    ++taken;
                });
        };
        CHECK_THROWS_WITH(run(), bad);
        CHECK(taken == 10);
    }
}
