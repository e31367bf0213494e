#include "daemon/move_lane.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <chrono>
#include <utility>

namespace pacs::daemon {

namespace {

/// An association is asked for so often in a row, and may break so often without an answer.
constexpr unsigned most_attempts = 3;
/// How often one object is sent at most.
constexpr unsigned most_sendings = 2;
constexpr RetryPolicy reconnecting{most_attempts, std::chrono::milliseconds{500}};

send::PeerLaneOptions lane_options(const MoveShared& shared)
{
    send::PeerLaneOptions options;
    options.peer = shared.plan.destination.address;
    options.request = shared.plan.destination.request;
    options.request.stop = {shared.halt.get(), std::chrono::milliseconds{0}};
    options.move_originator_ae = shared.plan.originator;
    options.move_originator_id = shared.plan.message_id;
    return options;
}

std::string word_of(net::PeerFault fault)
{
    return std::string{net::reason_word(fault)};
}

}  // namespace

MoveShared::MoveShared(const RetrieveParts& operation, const MovePlan& move_plan)
    : parts(operation), plan(move_plan), halt(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!halt) {
        throw Error(ErrorKind::storage, "preparing a C-MOVE: no descriptor left");
    }
}

void MoveShared::halt_now() noexcept
{
    cancelled = true;
    ::eventfd_write(halt.get(), 1);
    parts.feed.stop();
}

MoveLane::MoveLane(MoveShared& shared) : shared_(shared), lane_(lane_options(shared)) {}

void MoveLane::run() noexcept
{
    try {
        work();
    } catch (const std::exception& error) {
        log::error("sending for a C-MOVE: {}", error.what());
    }
    try {
        leave();
    } catch (const std::exception& error) {
        log::error("ending a C-MOVE: {}", error.what());
    }
}

void MoveLane::work()
{
    while (!retired_) {
        auto parcel = take();
        if (!parcel) {
            settle();
            // What broke just now may have come back.
            const std::scoped_lock lock{shared_.mutex};
            if (shared_.returned.empty() || shared_.cancelled) {
                break;
            }
            continue;
        }
        const bool alone = parcel->attempts > 0;  // it may be what broke the last association
        if (alone) {
            settle();
        }
        if (make_ready(*parcel)) {
            deliver(std::move(*parcel));
            if (alone) {
                settle();
            }
        } else {
            give_back(std::move(*parcel));
        }
    }
    settle();
    lane_.close();
}

std::optional<send::Parcel> MoveLane::take()
{
    if (shared_.cancelled) {
        return std::nullopt;
    }
    {
        const std::scoped_lock lock{shared_.mutex};
        if (!shared_.returned.empty()) {
            send::Parcel parcel = std::move(shared_.returned.front());
            shared_.returned.pop_front();
            return parcel;
        }
    }
    return take_proven();
}

std::optional<send::Parcel> MoveLane::take_proven()
{
    constexpr std::chrono::milliseconds patience{100};
    while (!shared_.cancelled) {
        archive::ProvenObject object;
        const auto next = shared_.parts.feed.next(object, patience);
        if (next == ObjectFeed::Next::end) {
            break;
        }
        if (next == ObjectFeed::Next::waiting) {
            continue;
        }
        if (object.fault == archive::StoredFault::none) {
            return parcel_of(std::move(object));
        }
        note_fault(shared_.parts, object);
    }
    return std::nullopt;
}

/// False: this lane can do no more.
bool MoveLane::make_ready(const send::Parcel& parcel)
{
    if (!lane_.fits(parcel)) {
        settle();
    }
    std::vector<send::Need> needs{parcel.need()};
    needs.insert(needs.end(), shared_.plan.needs.begin(), shared_.plan.needs.end());
    for (unsigned attempt = 1; !lane_.fits(parcel); ++attempt) {
        try {
            lane_.prepare(needs);
        } catch (const net::PeerError& error) {
            log::info("{}", error.what());
            shared_.parts.log.failed({word_of(error.fault()), error.what()});
            if (!error.transient() || attempt >= most_attempts || !wait_before(attempt)) {
                retired_ = true;
                return false;
            }
        }
    }
    return true;
}

/// False: there is no time to wait any more.
bool MoveLane::wait_before(unsigned attempt)
{
    pollfd halt{.fd = shared_.halt.get(), .events = POLLIN, .revents = 0};
    const auto wait = back_off(reconnecting, attempt, 1.0);
    return ::poll(&halt, 1, static_cast<int>(wait.count())) == 0 && !shared_.cancelled;
}

void MoveLane::deliver(send::Parcel parcel)
{
    ++parcel.attempts;
    outstanding_.push_back(std::move(parcel));
    const auto slot = std::prev(outstanding_.end());
    try {
        lane_.send(*slot, [this, slot](send::Report&& report) {
            if (report.status) {
                broken_in_row_ = 0;
            }
            note_report(shared_.parts, *slot, report);
            outstanding_.erase(slot);
        });
    } catch (const net::PeerError& error) {
        lost(error);
    } catch (const Error& error) {  // the file ended early: the association is over
        log::error("sending for a C-MOVE: {}", error.what());
        note_report(shared_.parts, *slot, {.reason = "unreadable", .message = error.what()});
        outstanding_.erase(slot);
        lost({net::PeerFault::connection_lost, net::PeerStage::answer, error.what()});
    }
}

void MoveLane::settle()
{
    try {
        lane_.settle();
    } catch (const net::PeerError& error) {
        lost(error);
    }
}

/// The fate of what was outstanding is not known: it is sent again, once, as C-STORE allows.
void MoveLane::lost(const net::PeerError& error)
{
    log::info("{}; {} objects outstanding", error.what(), outstanding_.size());
    shared_.parts.log.failed({word_of(error.fault()), error.what()});
    lane_.close();
    retired_ = ++broken_in_row_ >= most_attempts || error.fault() == net::PeerFault::stopped;
    while (!outstanding_.empty()) {
        send::Parcel parcel = std::move(outstanding_.front());
        outstanding_.pop_front();
        if (parcel.attempts < most_sendings && !shared_.cancelled) {
            give_back(std::move(parcel));
        } else {
            note_report(shared_.parts, parcel,
                        {.reason = word_of(error.fault()), .message = error.what()});
        }
    }
}

void MoveLane::give_back(send::Parcel parcel)
{
    const std::scoped_lock lock{shared_.mutex};
    shared_.returned.push_back(std::move(parcel));
}

void MoveLane::leave()
{
    std::unique_lock lock{shared_.mutex};
    const bool last = shared_.lanes == 1;
    if (last && !shared_.cancelled) {
        const RetrieveFailure failure = shared_.parts.log.failure();
        for (const send::Parcel& parcel : shared_.returned) {
            note_report(shared_.parts, parcel,
                        {.reason = failure.reason, .message = failure.message});
        }
        fail_rest(shared_.parts);
    }
    --shared_.lanes;
    shared_.left.notify_all();
}

}  // namespace pacs::daemon
