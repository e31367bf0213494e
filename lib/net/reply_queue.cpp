#include "base/error.hpp"
#include "net/worker.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace pacs::net {

ReplyQueue::ReplyQueue() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!event_) {
        throw Error(ErrorKind::storage,
                    fmt::format("serving an association: {}", std::strerror(errno)));
    }
}

bool ReplyQueue::begin(std::uint16_t message_id, std::string operation)
{
    const std::lock_guard lock{mutex_};
    return outstanding_.emplace(message_id, std::move(operation)).second;
}

void ReplyQueue::push(Reply reply)
{
    {
        const std::lock_guard lock{mutex_};
        replies_.push_back(std::move(reply));
        ready_ = true;
    }
    wake();
}

void ReplyQueue::wake() noexcept
{
    {
        const std::lock_guard lock{mutex_};
        woken_ = true;
    }
    arrived_.notify_all();
    const std::uint64_t one = 1;
    // the counter cannot overflow: the thread that reads it empties it each time
    [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

std::deque<ReplyQueue::Reply> ReplyQueue::take()
{
    const std::lock_guard lock{mutex_};
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof count);
    ready_ = false;
    woken_ = false;
    return std::exchange(replies_, {});
}

bool ReplyQueue::push_unless_over(Event& event)
{
    const std::lock_guard lock{mutex_};
    if (!events_over_) {
        events_.push_back(std::move(event));
    }
    return !events_over_;
}

void ReplyQueue::push(Event event)
{
    if (push_unless_over(event)) {
        wake();
    } else {
        event.done(std::nullopt);
    }
}

std::optional<ReplyQueue::Event> ReplyQueue::take_event()
{
    const std::lock_guard lock{mutex_};
    if (events_.empty()) {
        return std::nullopt;
    }
    std::optional<Event> event{std::move(events_.front())};
    events_.pop_front();
    return event;
}

void ReplyQueue::await_event(std::uint16_t message_id, EventOutbox::Done done)
{
    const std::lock_guard lock{mutex_};
    awaited_[message_id] = std::move(done);
}

EventOutbox::Done ReplyQueue::answered_event(std::uint16_t message_id)
{
    const std::lock_guard lock{mutex_};
    const auto found = awaited_.find(message_id);
    if (found == awaited_.end()) {
        return {};
    }
    auto done = std::move(found->second);
    awaited_.erase(found);
    return done;
}

void ReplyQueue::end_events() noexcept
{
    std::deque<Event> unsent;
    std::map<std::uint16_t, EventOutbox::Done> unanswered;
    {
        const std::lock_guard lock{mutex_};
        events_over_ = true;
        unsent.swap(events_);
        unanswered.swap(awaited_);
    }
    for (const auto& event : unsent) {
        event.done(std::nullopt);
    }
    for (const auto& [id, done] : unanswered) {
        done(std::nullopt);
    }
}

void EventOutbox::report(std::uint8_t context_id, EventReportRequest request, std::string data,
                         Done done)
{
    queue_->push(
        ReplyQueue::Event{context_id, std::move(request), std::move(data), std::move(done)});
}

namespace {

void add(AssociationReport::Count& count, Status status) noexcept
{
    switch (status.status_class()) {
    case StatusClass::success:
    case StatusClass::cancel: ++count.success; break;
    case StatusClass::warning: ++count.warning; break;
    case StatusClass::pending:
    case StatusClass::failure: ++count.failure; break;
    }
}

}  // namespace

void ReplyQueue::settle(const Response& response, bool sent)
{
    const std::lock_guard lock{mutex_};
    const auto found = outstanding_.find(response.message_id_responded);
    if (found == outstanding_.end()) {
        return;
    }
    auto& count = counts_[found->second];
    if (sent) {
        add(count, response.status);
    } else {
        ++count.unanswered;
    }
    outstanding_.erase(found);
}

void ReplyQueue::wait(Deadline deadline)
{
    std::unique_lock lock{mutex_};
    const auto something = [&] { return woken_ || !replies_.empty(); };
    if (deadline.never()) {
        arrived_.wait(lock, something);
    } else {
        arrived_.wait_until(lock, deadline.at(), something);
    }
}

std::size_t ReplyQueue::outstanding() const
{
    const std::lock_guard lock{mutex_};
    return outstanding_.size();
}

void ReplyQueue::count(const std::string& operation, Status status)
{
    const std::lock_guard lock{mutex_};
    add(counts_[operation], status);
}

void ReplyQueue::count_unanswered(const std::string& operation)
{
    const std::lock_guard lock{mutex_};
    ++counts_[operation].unanswered;
}

std::map<std::string, AssociationReport::Count> ReplyQueue::counts() const
{
    const std::lock_guard lock{mutex_};
    return counts_;
}

}  // namespace pacs::net
