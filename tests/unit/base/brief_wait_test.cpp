#include "base/brief_wait.hpp"

#include "catch.hpp"

#include <thread>

using pacs::BriefWait;

namespace {

void sleep_short(BriefWait& wait)
{
    const BriefWait::Sleep sleep{wait};
}

}  // namespace

TEST_CASE("who has not waited yet does not look")
{
    BriefWait wait;
    int asked = 0;
    CHECK_FALSE(wait.look([&] { return ++asked > 0; }));
    CHECK(asked == 0);
}

TEST_CASE("after a short sleep one looks until it is ready")
{
    if (std::thread::hardware_concurrency() < 2) {
        return;  // nobody looks on a single core
    }
    BriefWait wait;
    bool found = false;
    // on a busy machine the moment may pass while somebody else runs
    for (int attempt = 0; attempt < 1000 && !found; ++attempt) {
        sleep_short(wait);
        int asked = 0;
        found = wait.look([&] { return ++asked == 3; });
        CHECK(asked <= 3);
    }
    CHECK(found);
    CHECK(wait.look([] { return true; }));
}

TEST_CASE("looking in vain ends by itself, and is not tried again before a short sleep")
{
    BriefWait wait;
    sleep_short(wait);
    CHECK_FALSE(wait.look([] { return false; }));
    bool asked = false;
    CHECK_FALSE(wait.look([&] { return asked = true; }));
    CHECK_FALSE(asked);
}

TEST_CASE("who only asks, with a deadline that has passed, is not kept")
{
    BriefWait wait;
    sleep_short(wait);
    bool asked = false;
    const pacs::Deadline now{pacs::Deadline::Clock::now()};
    CHECK_FALSE(wait.look([&] { return asked = true; }, now));
    CHECK_FALSE(asked);
}

TEST_CASE("after a long sleep nobody looks")
{
    BriefWait wait;
    {
        const BriefWait::Sleep sleep{wait};
        std::this_thread::sleep_for(2 * BriefWait::longest);
    }
    bool asked = false;
    CHECK_FALSE(wait.look([&] { return asked = true; }));
    CHECK_FALSE(asked);
}
