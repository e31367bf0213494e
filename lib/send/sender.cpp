#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "send/job_core.hpp"
#include "web/http_error.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace pacs::send {

namespace {

/// How long the first association waits for the reader to get ahead, so that it is proposed all
/// that is needed soon.
constexpr std::chrono::milliseconds patience{50};

/// A peer that breaks so many connections in a row without an answer breaks all of them.
constexpr unsigned most_lost_in_row = 20;

}  // namespace

std::chrono::milliseconds Sender::wait_for(unsigned attempt)
{
    return back_off(core_.options.retry, attempt,
                    std::uniform_real_distribution<double>{0, 1}(random_));
}

/// Waits, but not past the stop flag.
void Sender::pause(std::chrono::milliseconds wait) const
{
    pollfd stop{StopFlag::instance().fd(), POLLIN, 0};
    ::poll(&stop, 1, static_cast<int>(wait.count()));
}

void Sender::run()
{
    const auto fits = [this](const Parcel& parcel) { return lane_->fits(parcel); };
    while (!retired_) {
        Parcel next;
        switch (core_.queue.take(fits, outstanding_.empty(), next)) {
        case ParcelQueue::Next::nothing: settle(); continue;
        case ParcelQueue::Next::over:
            settle();
            lane_->close();
            return;
        case ParcelQueue::Next::parcel: break;
        }
        if (!lane_->fits(next)) {
            settle();
        }
        if (lane_->fits(next) || make_ready(next)) {
            send(std::move(next));
        } else {
            again(std::move(next), false);
        }
    }
    lane_->close();
}

bool Sender::make_ready(const Parcel& next)
{
    std::vector<Need> needs{next.need()};
    const auto further = core_.queue.needs(
        failed_connects_ == 0 && !ready_ ? patience : std::chrono::milliseconds{0});
    needs.insert(needs.end(), further.begin(), further.end());
    core_.connected -= std::exchange(ready_, false) ? 1 : 0;
    try {
        lane_->prepare(needs);
    } catch (const net::PeerError& error) {
        return connect_failed(error);
    }
    ready_ = true;
    ++core_.connected;
    ++core_.options.counters->associations;
    failed_connects_ = 0;
    return true;
}

/// False always. Gives up the whole job when nobody gets through, only this lane when others do:
/// a peer may limit how many associations it takes.
bool Sender::connect_failed(const net::PeerError& error)
{
    ++failed_connects_;
    if (error.transient() && failed_connects_ <= core_.options.retry.retries) {
        const auto wait = wait_for(failed_connects_);
        log::info("{}; again in {} ms", error.what(), wait.count());
        pause(wait);
        return false;
    }
    retired_ = true;
    if (error.fault() != net::PeerFault::stopped && core_.connected == 0) {
        core_.fail(std::current_exception());
    } else {
        log::warning("{}; going on with fewer associations", error.what());
    }
    return false;
}

void Sender::send(Parcel parcel)
{
    const bool alone = parcel.attempts > 0;  // it may be the one that broke the last connection
    if (alone) {
        settle();
        if (!lane_->fits(parcel)) {
            again(std::move(parcel), false);
            return;
        }
        ++core_.options.counters->retries;
    } else {
        parcel.first_tried = Parcel::Clock::now();
    }
    ++parcel.attempts;
    outstanding_.push_back(std::move(parcel));
    const Slot slot = std::prev(outstanding_.end());
    try {
        lane_->send(*slot, [this, slot](Report&& report) { answered(slot, std::move(report)); });
        if (alone) {
            lane_->settle();
        }
    } catch (const net::PeerError& error) {
        lost(error);
    }
}

void Sender::settle()
{
    try {
        lane_->settle();
    } catch (const net::PeerError& error) {
        lost(error);
    }
}

/// A connection that broke or fell silent may be the work of a damaged object: peers abort, crash
/// or wait for ever on one. Such an object is not sent again.
void Sender::blame(const Parcel& parcel, Report& report)
{
    try {
        const std::string defect = stream::find_defect(parcel.content, parcel.head);
        if (!defect.empty()) {
            report.may_pass = false;
            report.reason = "damaged";
            report.message += "; the object is damaged: " + defect;
        }
    } catch (const Error& error) {
        report.may_pass = false;
        report.reason = "unreadable";
        report.message = error.what();
    }
}

void Sender::again(Parcel parcel, bool count)
{
    if (count) {
        parcel.not_before = Parcel::Clock::now() + wait_for(parcel.attempts);
    }
    core_.queue.again(std::move(parcel));
}

void Sender::answered(Slot slot, Report&& report)
{
    Parcel parcel = std::move(*slot);
    outstanding_.erase(slot);
    parcel.attempts += report.sent_again;
    core_.options.counters->retries += report.sent_again;
    if (report.status || report.http_status) {
        core_.lost_in_row = 0;
    }
    if (report.may_pass && !report.status) {
        blame(parcel, report);
    }
    if (report.may_pass && parcel.attempts <= core_.options.retry.retries &&
        !StopFlag::instance().raised()) {
        again(std::move(parcel), true);
        return;
    }
    const bool stored = report.outcome == Outcome::ok || report.outcome == Outcome::warning;
    core_.options.counters->bytes += stored ? parcel.content.size() : 0;
    core_.options.counters->converted += stored && report.converted ? 1 : 0;
    core_.options.counters->repaired += stored && parcel.head.file.repaired() ? 1 : 0;
    core_.options.on_record(stored_record(core_.style, parcel, report), parcel.content.size());
    core_.queue.done();
}

void Sender::lost(const net::PeerError& error)
{
    log::info("{}; {} objects outstanding", error.what(), outstanding_.size());
    lane_->close();
    core_.connected -= std::exchange(ready_, false) ? 1 : 0;
    if (++core_.lost_in_row >= most_lost_in_row) {
        core_.fail(std::current_exception());
    }
    // A service that answers so answers everything so, or was asked often enough.
    const auto* const refusal = dynamic_cast<const web::HttpError*>(&error);
    if (refusal != nullptr) {
        core_.fail(std::current_exception());
    }
    while (!outstanding_.empty()) {
        Report report{.outcome = Outcome::failed,
                      .reason = std::string{net::reason_word(error.fault())},
                      .message = error.what()};
        // A fault that is ours alone (a signal) says nothing of the object.
        report.may_pass = error.transient() && refusal == nullptr;
        if (refusal != nullptr) {
            report.http_status = refusal->status();
        }
        answered(outstanding_.begin(), std::move(report));
    }
}

}  // namespace pacs::send
