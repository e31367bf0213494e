#include "daemon/repeat_filter.hpp"

#include "catch.hpp"

using pacs::daemon::RepeatFilter;
using namespace std::chrono_literals;

namespace {
const RepeatFilter::Clock::time_point start{1h};
}

TEST_CASE("the first events of a kind are told, the rest of the window is counted")
{
    RepeatFilter filter{{.burst = 2, .window = 60s, .kinds = 10}};
    CHECK(filter.admit("10.0.0.1 rejected", start));
    CHECK(filter.admit("10.0.0.1 rejected", start + 1s));
    CHECK_FALSE(filter.admit("10.0.0.1 rejected", start + 2s));
    CHECK_FALSE(filter.admit("10.0.0.1 rejected", start + 3s));
    CHECK(filter.admit("10.0.0.2 rejected", start + 3s));
    CHECK(filter.take_ended(start + 59s).empty());
    const auto ended = filter.take_ended(start + 60s);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].kind == "10.0.0.1 rejected");
    CHECK(ended[0].count == 2);
    CHECK(filter.admit("10.0.0.1 rejected", start + 61s));
}

TEST_CASE("a flood of different kinds takes bounded memory and is counted as one")
{
    RepeatFilter filter{{.burst = 1, .window = 60s, .kinds = 3}};
    int told = 0;
    for (int i = 0; i < 1000; ++i) {
        told += filter.admit("peer " + std::to_string(i), start) ? 1 : 0;
    }
    CHECK(told == 4);
    const auto ended = filter.take_ended(RepeatFilter::Clock::time_point::max());
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].kind.empty());
    CHECK(ended[0].count == 996);
}
