#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::daemon {

/// Keeps a hostile or broken peer from filling the log: the first events of a kind are let through,
/// those that follow within the window are counted instead. Bounded memory; thread-safe.
class RepeatFilter {
public:
    using Clock = std::chrono::steady_clock;

    struct Limits {
        unsigned burst = 5;  ///< events of one kind let through in a window
        Clock::duration window = std::chrono::minutes{1};
        std::size_t kinds = 256;  ///< more than these share one kind, the empty one
    };

    RepeatFilter() = default;
    explicit RepeatFilter(const Limits& limits) : limits_(limits) {}

    /// Whether an event of this kind may be told now; else it is counted.
    bool admit(std::string_view kind, Clock::time_point now = Clock::now());

    struct Repeated {
        std::string kind;  ///< empty: events of more kinds than are kept apart
        std::uint64_t count = 0;
    };
    /// What was counted in windows that have ended; every one is forgotten, so that its kind starts
    /// anew. To be called now and then, and with time_point::max() at the end.
    std::vector<Repeated> take_ended(Clock::time_point now = Clock::now());

private:
    struct Window {
        Clock::time_point start;
        std::uint64_t seen = 0;
    };

    Limits limits_;
    std::mutex mutex_;
    std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace pacs::daemon
