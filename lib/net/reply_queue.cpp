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
