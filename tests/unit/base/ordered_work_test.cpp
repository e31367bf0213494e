#include "catch.hpp"

#include "base/ordered_work.hpp"

#include <stdexcept>
#include <vector>

using namespace pacs;
using Work = OrderedWork<int, int>;

namespace {

std::function<std::optional<int>()> count_to(int end, int& next)
{
    return [&next, end]() -> std::optional<int> {
        return next < end ? std::optional{next++} : std::nullopt;
    };
}

}  // namespace

TEST_CASE("results come in the order of the inputs, whoever made them")
{
    for (const unsigned threads : {1U, 2U, 8U}) {
        int next = 0;
        std::vector<int> seen;
        Work{{threads, 1},
             {count_to(2000, next),
              [](int&& input) {
                  for (int pause = input % 7; pause > 0; --pause) {
                      std::this_thread::yield();
                  }
                  return input * 2;
              },
              [&](int&& result, bool) { seen.push_back(result); },
              [](const int&) { return std::size_t{1}; }}}
            .run();
        REQUIRE(seen.size() == 2000);
        for (int i = 0; i < 2000; ++i) {
            REQUIRE(seen[static_cast<std::size_t>(i)] == i * 2);
        }
    }
}

TEST_CASE("the last result knows that no other is being made")
{
    int next = 0;
    bool last = true;
    Work{{4, 100},
         {count_to(50, next), [](int&& input) { return input; },
          [&](int&&, bool more) { last = more; }, [](const int&) { return std::size_t{1}; }}}
        .run();
    CHECK_FALSE(last);
}

TEST_CASE("an exception of any part ends the work and comes out")
{
    for (const int bad : {0, 1, 2}) {
        int next = 0;
        int emitted = 0;
        Work work{{4, 100},
                  {[&]() -> std::optional<int> {
                       if (bad == 0 && next == 10) {
                           throw std::runtime_error("next");
                       }
                       return next < 100'000 ? std::optional{next++} : std::nullopt;
                   },
                   [&](int&& input) {
                       if (bad == 1 && input == 10) {
                           throw std::runtime_error("work");
                       }
                       return input;
                   },
                   [&](int&& result, bool) {
                       if (bad == 2 && result == 10) {
                           throw std::runtime_error("emit");
                       }
                       ++emitted;
                   },
                   [](const int&) { return std::size_t{1}; }}};
        CHECK_THROWS_AS(work.run(), std::runtime_error);
        CHECK(emitted <= 10);
    }
}
