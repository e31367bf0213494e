#include "base/log.hpp"
#include "base/stop.hpp"
#include "retrieve/job_core.hpp"

#include <fmt/format.h>

#include <utility>

namespace pacs::retrieve {

namespace {

/// A source that breaks so many errands in a row, with nothing coming, breaks all of them.
constexpr unsigned most_lost_in_row = 20;

/// Failures before the first request could be sent: of the source, not of what is asked for.
bool is_before_work(const net::PeerError& error)
{
    using net::PeerStage;
    return error.stage() == PeerStage::resolve || error.stage() == PeerStage::connect ||
           error.stage() == PeerStage::secure || error.stage() == PeerStage::negotiate;
}

}  // namespace

void Lane::run()
{
    ways_.resize(core_.options.ways.size());
    while (auto task = core_.take()) {
        if (!do_task(*task)) {
            log::warning("going on with fewer associations");
            core_.put_back(std::move(*task));
            break;
        }
        core_.errand_done(task->study);
    }
    for (const auto& way : ways_) {
        if (way) {
            way->close();
        }
    }
}

Way& Lane::way(std::size_t which)
{
    auto& way = ways_[which];
    if (!way) {
        way = core_.options.ways[which]();
    }
    return *way;
}

/// False: this lane gets no association while others have one; somebody else is to do it.
bool Lane::do_task(const Task& task)
{
    unsigned asked = 0;
    unreachable_ = nullptr;
    for (std::size_t which = 0; which < ways_.size(); ++which) {
        if (!core_.off[which] && try_way(which, task, asked)) {
            return true;
        }
    }
    if (unreachable_ == nullptr) {
        return true;
    }
    if (!reached_ && core_.lanes > 1 && !core_.failed()) {
        return false;
    }
    core_.fail(unreachable_);
    return true;
}

/// True when nothing more is to be done for the task.
bool Lane::try_way(std::size_t which, const Task& task, unsigned& asked)
{
    StudyWork& work = *task.study->work;
    for (unsigned attempt = 0; attempt <= core_.options.retry.retries; ++attempt) {
        const auto missing = work.missing(task.errand.instances);
        if (missing.empty() || core_.over()) {
            return true;
        }
        if (attempt > 0) {
            wait(attempt);
        }
        core_.options.hub.counters->retries += asked > 0 ? 1 : 0;
        const auto errands =
            asked == 0 ? std::vector{task.errand} : errands_again(task.errand, missing, asked);
        const Verdict verdict = go(which, errands, task.study->work);
        if (verdict != Verdict::unreachable) {
            ++asked;
        }
        if (verdict == Verdict::useless) {
            break;
        }
    }
    return work.complete(task.errand.instances) || core_.over();
}

Lane::Verdict Lane::go(std::size_t which, const std::vector<Errand>& errands,
                       const std::shared_ptr<StudyWork>& work)
{
    Verdict last = Verdict::done;
    for (const Errand& errand : errands) {
        if (core_.over()) {
            return Verdict::useless;
        }
        const std::uint64_t before = work->taken();
        try {
            last = go(way(which), errand, work);
            reached_ = true;
            unreachable_ = nullptr;
            core_.lost_in_row = 0;
        } catch (const net::PeerError& error) {
            last = after_error(which, errand, *work, error, work->taken() != before);
            if (last != Verdict::done) {
                return last;
            }
        }
    }
    return last;
}

Lane::Verdict Lane::go(Way& way, const Errand& errand, const std::shared_ptr<StudyWork>& work)
{
    Arrivals arrivals{core_.options.hub, work, errand, way.name()};
    WayEnding ending = way.fetch(errand, arrivals);
    if (arrivals.complete()) {
        return Verdict::done;
    }
    Failure why{.reason = std::move(ending.reason), .message = std::move(ending.message)};
    if (why.reason.empty()) {
        why = {.reason = "not_delivered", .message = "the source says that it has sent all"};
    }
    log::info("fetching from {} by {}: not all has come: {}", core_.options.hub.node, way.name(),
              log::printable(why.message));
    work->blame(errand.instances, why);
    for (const Refusal& each : ending.refused) {
        work->blame({&each.place, 1}, {each.reason, each.message});
    }
    return ending.may_pass ? Verdict::done : Verdict::useless;
}

Lane::Verdict Lane::after_error(std::size_t which, const Errand& errand, StudyWork& work,
                                const net::PeerError& error, bool came)
{
    using net::PeerFault;
    log::info("{}", error.what());
    work.blame(errand.instances, {std::string{net::reason_word(error.fault())}, error.what()});
    if (error.fault() == PeerFault::stopped || core_.over()) {
        return Verdict::useless;
    }
    if (error.fault() == PeerFault::nothing_accepted) {
        core_.off[which] = true;
        unreachable_ = std::current_exception();
        return Verdict::useless;
    }
    if (is_before_work(error)) {
        unreachable_ = std::current_exception();
        return error.transient() ? Verdict::unreachable : Verdict::useless;
    }
    core_.lost_in_row = came ? 0 : core_.lost_in_row + 1;
    if (core_.lost_in_row >= most_lost_in_row) {
        core_.fail(std::current_exception());
        return Verdict::useless;
    }
    return Verdict::done;
}

void Lane::wait(unsigned attempt)
{
    const auto delay = back_off(core_.options.retry, attempt,
                                std::uniform_real_distribution<double>{0, 1}(random_));
    (void)StopFlag::instance().wait(Deadline::after(delay));
}

}  // namespace pacs::retrieve
