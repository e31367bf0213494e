#include "base/stop.hpp"
#include "base/deadline.hpp"

#include "catch.hpp"

#include <poll.h>

#include <csignal>
#include <thread>

using pacs::Deadline;
using pacs::StopFlag;

namespace {

bool readable(int fd)
{
    pollfd entry{fd, POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
}

}  // namespace

TEST_CASE("the stop flag is seen by loops and by poll, and the first signal wins")
{
    StopFlag& flag = StopFlag::instance();
    CHECK_FALSE(flag.raised());
    CHECK(flag.signal_number() == 0);
    CHECK_FALSE(readable(flag.fd()));

    flag.raise(SIGTERM);
    flag.raise(SIGINT);
    CHECK(flag.raised());
    CHECK(flag.signal_number() == SIGTERM);
    CHECK(readable(flag.fd()));
    CHECK(readable(flag.fd()));

    flag.reset();
    CHECK_FALSE(flag.raised());
    CHECK_FALSE(readable(flag.fd()));
}

TEST_CASE("the stop flag can be raised without a signal, and from a signal handler")
{
    StopFlag& flag = StopFlag::instance();
    flag.raise(0);
    CHECK(flag.raised());
    CHECK(flag.signal_number() == 0);
    flag.reset();

    const auto old = std::signal(SIGUSR2, [](int number) { StopFlag::instance().raise(number); });
    CHECK(std::raise(SIGUSR2) == 0);
    CHECK(flag.signal_number() == SIGUSR2);
    std::signal(SIGUSR2, old);
    flag.reset();
}

TEST_CASE("waiting for the stop flag ends at the deadline, or at once when it is raised")
{
    using namespace std::chrono_literals;
    StopFlag& flag = StopFlag::instance();
    CHECK_FALSE(flag.wait(Deadline::after(1ms)));
    flag.raise(0);
    CHECK(flag.wait(Deadline{}));
    flag.reset();
    std::thread raiser{[&] { flag.raise(0); }};
    CHECK(flag.wait(Deadline{}));
    raiser.join();
    flag.reset();
}

TEST_CASE("a deadline knows never, passed and still to come")
{
    using namespace std::chrono_literals;
    CHECK(Deadline{}.never());
    CHECK_FALSE(Deadline{}.expired());
    CHECK(Deadline{}.poll_ms() == -1);
    CHECK(Deadline::after(-1s).expired());
    CHECK(Deadline::after(-1s).poll_ms() == 0);
    const int left = Deadline::after(1h).poll_ms();
    CHECK(left > 3'500'000);
    CHECK(left <= 3'600'000);
    CHECK(Deadline::after(Deadline::Clock::duration::max()).never());
    CHECK(earliest(Deadline{}, Deadline::after(-1s)).expired());
}
