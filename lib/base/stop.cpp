#include "base/stop.hpp"

#include "base/error.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace pacs {

namespace {

// Plain data, so that a signal handler needs neither a lock nor a guard.
constexpr int lowered = -1;
std::atomic<int> state{lowered};  // or the signal's number
std::atomic<int> event{-1};
static_assert(std::atomic<int>::is_always_lock_free);

}  // namespace

StopFlag& StopFlag::instance()
{
    static StopFlag flag;
    return flag;
}

StopFlag::StopFlag()
{
    event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event < 0) {
        throw Error(ErrorKind::storage, std::string{"opening an eventfd: "} + std::strerror(errno));
    }
}

void StopFlag::raise(int signal_number) noexcept
{
    const int saved = errno;
    int expected = lowered;
    if (state.compare_exchange_strong(expected, signal_number)) {
        const std::uint64_t one = 1;
        // Cannot fail: the counter is at 0. The state is what counts, the descriptor wakes.
        [[maybe_unused]] const ssize_t written = ::write(event, &one, sizeof one);
    }
    errno = saved;
}

bool StopFlag::raised() const noexcept
{
    return state != lowered;
}

int StopFlag::signal_number() const noexcept
{
    const int signal = state;
    return signal == lowered ? 0 : signal;
}

int StopFlag::fd() const noexcept
{
    return event;
}

bool StopFlag::wait(const Deadline& deadline) const noexcept
{
    pollfd wanted{event, POLLIN, 0};
    while (!raised() && !deadline.expired()) {
        ::poll(&wanted, 1, deadline.poll_ms());
    }
    return raised();
}

void StopFlag::reset() noexcept
{
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t read = ::read(event, &count, sizeof count);
    state = lowered;
}

}  // namespace pacs
