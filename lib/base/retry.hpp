#pragma once

#include <chrono>

namespace pacs {

/// What is done about failures that can pass: out of resources, a lost connection, a busy peer.
struct RetryPolicy {
    unsigned retries = 3;  ///< of one object, and of connecting in a row
    std::chrono::milliseconds delay{
        1000};  ///< before the first; each later one waits twice as long
};

/// No wait is longer than this, whatever the number of attempts.
inline constexpr std::chrono::milliseconds longest_delay{60'000};

/// The wait before attempt `attempt` + 1 when `attempt` of them (1 or more) have failed: doubled
/// each time, and between half and whole by `chance` (0 to 1), so that several senders that were
/// refused together do not come back together.
std::chrono::milliseconds back_off(const RetryPolicy& policy, unsigned attempt, double chance);

}  // namespace pacs
