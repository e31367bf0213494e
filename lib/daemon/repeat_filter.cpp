#include "daemon/repeat_filter.hpp"

namespace pacs::daemon {

bool RepeatFilter::admit(std::string_view kind, Clock::time_point now)
{
    const std::scoped_lock lock{mutex_};
    auto found = windows_.find(kind);
    if (found == windows_.end()) {
        const std::string_view kept = windows_.size() < limits_.kinds ? kind : "";
        found = windows_.try_emplace(std::string{kept}, Window{now, 0}).first;
    }
    return ++found->second.seen <= limits_.burst;
}

std::vector<RepeatFilter::Repeated> RepeatFilter::take_ended(Clock::time_point now)
{
    const std::scoped_lock lock{mutex_};
    std::vector<Repeated> ended;
    std::erase_if(windows_, [&](const auto& entry) {
        const auto& [kind, window] = entry;
        if (now - limits_.window < window.start) {
            return false;
        }
        if (window.seen > limits_.burst) {
            ended.push_back({kind, window.seen - limits_.burst});
        }
        return true;
    });
    return ended;
}

}  // namespace pacs::daemon
