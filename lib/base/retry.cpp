#include "base/retry.hpp"

#include <algorithm>

namespace pacs {

std::chrono::milliseconds back_off(const RetryPolicy& policy, unsigned attempt, double chance)
{
    std::chrono::milliseconds wait = std::min(policy.delay, longest_delay);
    for (unsigned each = 1; each < attempt && wait < longest_delay; ++each) {
        wait = std::min(wait * 2, longest_delay);
    }
    const double part = 0.5 + std::clamp(chance, 0.0, 1.0) / 2;
    return std::chrono::milliseconds{
        static_cast<std::chrono::milliseconds::rep>(static_cast<double>(wait.count()) * part)};
}

}  // namespace pacs
