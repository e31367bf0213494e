#include "send/parcel_queue.hpp"

#include "base/stop.hpp"

#include <algorithm>
#include <utility>

namespace pacs::send {

namespace {

/// The stop flag has no condition variable: a signal is seen within a tenth of a second.
void wait_a_little(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                   Parcel::Clock::time_point until)
{
    const auto soon = Parcel::Clock::now() + std::chrono::milliseconds{100};
    changed.wait_until(lock, std::min(soon, until));
}

}  // namespace

bool ParcelQueue::full() const noexcept
{
    return waiting_.size() >= limits_.parcels || memory_ >= limits_.memory_bytes;
}

bool ParcelQueue::stopped() const noexcept
{
    return stopped_ || StopFlag::instance().raised();
}

void ParcelQueue::notify_all() noexcept
{
    room_.notify_all();
    filled_.notify_all();
    ready_.notify_all();
}

bool ParcelQueue::put(Parcel parcel)
{
    Lock lock{mutex_};
    while (full() && !stopped()) {
        wait_a_little(room_, lock, Parcel::Clock::time_point::max());
    }
    if (stopped()) {
        return false;
    }
    memory_ += parcel.content.memory().size();
    waiting_.push_back(std::move(parcel));
    ready_.notify_one();
    if (full()) {
        filled_.notify_all();
    }
    return true;
}

void ParcelQueue::end()
{
    const Lock lock{mutex_};
    ended_ = true;
    notify_all();
}

void ParcelQueue::stop()
{
    const Lock lock{mutex_};
    stopped_ = true;
    notify_all();
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
            room_.notify_one();
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
        wait_a_little(ready_, lock, due);
    }
    return Next::over;
}

void ParcelQueue::done()
{
    const Lock lock{mutex_};
    --out_;
    if (ended_ && waiting_.empty() && out_ == 0) {
        ready_.notify_all();  // it is over
    }
}

void ParcelQueue::again(Parcel parcel)
{
    const Lock lock{mutex_};
    --out_;
    memory_ += parcel.content.memory().size();
    waiting_.push_front(std::move(parcel));
    ready_.notify_one();
}

std::vector<Need> ParcelQueue::needs(std::chrono::milliseconds patience)
{
    Lock lock{mutex_};
    const auto until = Parcel::Clock::now() + patience;
    while (!full() && !ended_ && !stopped() && Parcel::Clock::now() < until) {
        wait_a_little(filled_, lock, until);
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
