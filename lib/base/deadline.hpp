#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace pacs {

/// An absolute moment on the monotonic clock after which an operation must give up. Every wait on
/// a peer takes one, so that a peer that drips bytes gains no time by dripping.
class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    /// Never expires.
    constexpr Deadline() = default;
    explicit constexpr Deadline(Clock::time_point at) : at_(at) {}

    /// A span too long for the clock never expires.
    static Deadline after(Clock::duration span)
    {
        const auto now = Clock::now();
        return span < Clock::time_point::max() - now ? Deadline{now + span} : Deadline{};
    }

    bool never() const noexcept { return at_ == Clock::time_point::max(); }
    bool expired() const noexcept { return !never() && Clock::now() >= at_; }
    Clock::time_point at() const noexcept { return at_; }

    /// Milliseconds left for poll(2): -1 for never, 0 when expired, rounded up otherwise.
    int poll_ms() const noexcept
    {
        if (never()) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now()).count();
        return static_cast<int>(std::clamp<long long>(left, 0, std::numeric_limits<int>::max()));
    }

    /// The earlier of the two.
    friend Deadline earliest(Deadline a, Deadline b) noexcept { return a.at_ < b.at_ ? a : b; }

private:
    Clock::time_point at_ = Clock::time_point::max();
};

}  // namespace pacs
