#include "send/parcel_queue.hpp"

#include "base/stop.hpp"

#include <algorithm>
#include <utility>

namespace pacs::send {

bool ParcelQueue::full() const noexcept
{
    return waiting_.size() >= limits_.parcels || memory_ >= limits_.memory_bytes;
}

bool ParcelQueue::stopped() const noexcept
{
    return stopped_ || StopFlag::instance().raised();
}

/// The stop flag has no condition variable: a signal is seen within a tenth of a second.
void ParcelQueue::wait_a_little(Lock& lock, Parcel::Clock::time_point until)
{
    const auto soon = Parcel::Clock::now() + std::chrono::milliseconds{100};
    changed_.wait_until(lock, std::min(soon, until));
}

bool ParcelQueue::put(Parcel parcel)
{
    Lock lock{mutex_};
    while (full() && !stopped()) {
        wait_a_little(lock, Parcel::Clock::time_point::max());
    }
    if (stopped()) {
        return false;
    }
    memory_ += parcel.content.memory().size();
    waiting_.push_back(std::move(parcel));
    changed_.notify_all();
    return true;
}

void ParcelQueue::end()
{
    const Lock lock{mutex_};
    ended_ = true;
    changed_.notify_all();
}

void ParcelQueue::stop()
{
    const Lock lock{mutex_};
    stopped_ = true;
    changed_.notify_all();
}

std::deque<Parcel>::iterator ParcelQueue::choose(const Fits& fits)
{
    const auto now = Parcel::Clock::now();
    auto first = waiting_.end();
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
        if (at->not_before > now) {
            continue;
        }
        if (fits(*at)) {
            return at;
        }
        first = first == waiting_.end() ? at : first;
    }
    return first;
}

ParcelQueue::Next ParcelQueue::take(const Fits& fits, bool wait, Parcel& parcel)
{
    Lock lock{mutex_};
    while (!stopped()) {
        const auto chosen = choose(fits);
        if (chosen != waiting_.end()) {
            parcel = std::move(*chosen);
            waiting_.erase(chosen);
            memory_ -= parcel.content.memory().size();
            ++out_;
            changed_.notify_all();
            return Next::parcel;
        }
        if (ended_ && waiting_.empty() && out_ == 0) {
            return Next::over;
        }
        if (!wait) {
            return Next::nothing;
        }
        auto due = Parcel::Clock::time_point::max();
        for (const Parcel& each : waiting_) {
            due = std::min(due, each.not_before);
        }
        wait_a_little(lock, due);
    }
    return Next::over;
}

void ParcelQueue::done()
{
    const Lock lock{mutex_};
    --out_;
    changed_.notify_all();
}

void ParcelQueue::again(Parcel parcel)
{
    const Lock lock{mutex_};
    --out_;
    memory_ += parcel.content.memory().size();
    waiting_.push_front(std::move(parcel));
    changed_.notify_all();
}

std::vector<Need> ParcelQueue::needs(std::chrono::milliseconds patience)
{
    Lock lock{mutex_};
    const auto until = Parcel::Clock::now() + patience;
    while (!full() && !ended_ && !stopped() && Parcel::Clock::now() < until) {
        wait_a_little(lock, until);
    }
    std::vector<Need> needs;
    for (const Parcel& each : waiting_) {
        Need need = each.need();
        if (std::find(needs.begin(), needs.end(), need) == needs.end()) {
            needs.push_back(std::move(need));
        }
    }
    return needs;
}

}  // namespace pacs::send
