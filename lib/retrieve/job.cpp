#include "retrieve/job.hpp"

#include "base/log.hpp"
#include "base/stop.hpp"
#include "retrieve/job_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <numeric>
#include <thread>
#include <utility>

namespace pacs::retrieve {

void JobCore::fail(const std::exception_ptr& error)
{
    {
        const std::scoped_lock lock{mutex};
        failure = failure ? failure : error;
    }
    changed.notify_all();
}

bool JobCore::failed() const
{
    const std::scoped_lock lock{mutex};
    return failure != nullptr;
}

bool JobCore::over()
{
    if (const std::string why = options.hub.output->failure(); !why.empty()) {
        fail(std::make_exception_ptr(Error(ErrorKind::storage, why)));
    }
    return failed() || StopFlag::instance().raised();
}

void JobCore::plan()
{
    try {
        while (!over() && (announcing = selection.next())) {
            add(*announcing);
            announcing.reset();
        }
    } catch (...) {
        fail(std::current_exception());
    }
    {
        const std::scoped_lock lock{mutex};
        planned = true;
    }
    changed.notify_all();
}

void JobCore::add(const StudyWish& wish)
{
    const Announcement told = announce(wish);
    const auto study = std::make_shared<StudyTask>();
    study->work = work_on(wish, told);
    options.hub.counters->announced += told.study->instances.size();
    tell_announcement(wish, told, *study->work);
    pass_over_existing(*study->work);
    auto errands = first_errands(told, *study->work, 1);
    if (errands.empty()) {
        tell_short(*study);
        return;
    }
    study->left = errands.size();
    {
        const std::scoped_lock lock{mutex};
        open.push_back(study);
    }
    const auto partable =
        errands.size() == 1 ? std::make_shared<const Announcement>(told) : nullptr;
    for (Errand& errand : errands) {
        put({study, std::move(errand), partable});
    }
}

std::shared_ptr<StudyWork> JobCore::work_on(const StudyWish& wish, const Announcement& told)
{
    auto work = std::make_shared<StudyWork>(told.study, wish.members);
    for (const WishedSeries& series : wish.series) {
        work->remember(series.uid, series.members);
        for (const WishedInstance& instance : series.instances) {
            work->remember(instance.uid, instance.members);
        }
    }
    return work;
}

Announcement JobCore::announce(const StudyWish& wish)
{
    for (unsigned attempt = 1;; ++attempt) {
        try {
            return announcer.announce(wish);
        } catch (const net::PeerError& error) {
            const bool again = error.transient() && attempt <= options.retry.retries;
            if (!again ||
                StopFlag::instance().wait(Deadline::after(back_off(options.retry, attempt, 1)))) {
                throw;
            }
            log::info("{}; asking again", error.what());
        }
    }
}

void JobCore::tell_announcement(const StudyWish& wish, const Announcement& told,
                                const StudyWork& work)
{
    Identity identity;
    identity.study = wish.study;
    for (const Failure& why : told.failures) {
        tell_failure(identity, why, wish.members);
    }
    if (told.study->instances.empty() && told.failures.empty() && told.absent.empty()) {
        tell_failure(identity, {.reason = "not_found", .message = "the source has no such study"},
                     wish.members);
    }
    for (const Absent& absent : told.absent) {
        identity.series = absent.series;
        identity.instance = absent.instance;
        tell_failure(identity, {.reason = "not_found", .message = "the source does not have it"},
                     work.members_of(absent.instance, absent.series));
    }
}

void JobCore::tell_failure(const Identity& identity, const Failure& why,
                           const std::vector<stream::Member>& members) const
{
    options.hub.tell({missing_record(identity, {options.hub.node, {}}, why, members), 0,
                      complaint(identity, why.message)});
}

void JobCore::pass_over_existing(StudyWork& work)
{
    const Study& study = work.study();
    for (std::uint32_t place = 0; place < study.instances.size() && !over(); ++place) {
        const Identity identity{study.class_of(place),
                                study.instances[place].uid,
                                study.series_of(place),
                                study.uid,
                                {}};
        const auto there =
            options.hub.output->existing({study.uid, identity.series, identity.instance});
        if (there) {
            work.settle(place);
            ++options.hub.counters->existed;
            options.hub.tell({kept_record(identity, {options.hub.node, {}}, *there,
                                          work.members_of(identity.instance, identity.series)),
                              there->size,
                              {}});
        }
    }
}

void JobCore::put(Task task)
{
    constexpr std::size_t ahead = 2;  // for each lane
    std::unique_lock lock{mutex};
    while (queue.size() >= ahead * options.lanes && !failure && !StopFlag::instance().raised()) {
        changed.wait_for(lock, std::chrono::milliseconds{200});  // the flag wakes nobody
    }
    queue.push_back(std::move(task));
    changed.notify_all();
}

void JobCore::put_back(Task task)
{
    {
        const std::scoped_lock lock{mutex};
        queue.push_front(std::move(task));
    }
    changed.notify_all();
}

/// A study that no other follows is parted among the lanes that have nothing to do. As soon as
/// another does follow, each lane does a whole one: that is what sources are quickest with.
std::optional<Task> JobCore::take()
{
    constexpr std::chrono::milliseconds longest_doubt{50};
    std::unique_lock lock{mutex};
    ++idle;
    Deadline doubt_until;
    while (!failure && !StopFlag::instance().raised() && !(queue.empty() && planned)) {
        const bool doubtful = may_get_company();
        if (!queue.empty() && (!doubtful || doubt_until.expired())) {
            break;
        }
        if (!doubtful || doubt_until.never()) {
            doubt_until = doubtful ? Deadline::after(longest_doubt) : Deadline{};
        }
        constexpr std::chrono::milliseconds between_looks{200};  // a signal wakes nobody
        changed.wait_until(lock, earliest(Deadline::after(between_looks), doubt_until).at());
    }
    --idle;
    if (queue.empty() || failure || StopFlag::instance().raised()) {
        return std::nullopt;
    }
    Task task = std::move(queue.front());
    queue.pop_front();
    if (planned && queue.empty() && task.told != nullptr) {
        part(task);
    }
    changed.notify_all();
    return task;
}

/// It is not known yet whether another study follows the only one that waits. The mutex is held.
bool JobCore::may_get_company() const
{
    return !planned && queue.size() == 1 && queue.front().told != nullptr && idle > 1;
}

/// The mutex is held.
void JobCore::part(Task& task)
{
    auto errands = first_errands(*task.told, *task.study->work, idle + 1);
    if (errands.size() < 2) {
        return;
    }
    task.study->left += errands.size() - 1;
    task.told = nullptr;
    task.errand = std::move(errands.front());
    for (auto errand = std::next(errands.begin()); errand != errands.end(); ++errand) {
        queue.push_back({task.study, std::move(*errand)});
    }
}

void JobCore::errand_done(const std::shared_ptr<StudyTask>& study)
{
    if (--study->left > 0 || StopFlag::instance().raised()) {
        return;
    }
    {
        const std::scoped_lock lock{mutex};
        if (failure) {
            return;  // tell_unfinished() does it
        }
        open.remove(study);
    }
    tell_missing(*study);
}

void JobCore::tell_missing(const StudyTask& task)
{
    const StudyWork& work = *task.work;
    const Study& study = work.study();
    std::vector<std::uint32_t> all(study.instances.size());
    std::iota(all.begin(), all.end(), 0U);
    for (const std::uint32_t place : work.missing(all)) {
        const Identity identity{study.class_of(place),
                                study.instances[place].uid,
                                study.series_of(place),
                                study.uid,
                                {}};
        ++options.hub.counters->missing;
        tell_failure(identity, work.why(place),
                     work.members_of(identity.instance, identity.series));
    }
    tell_short(task);
}

/// A source that counts more instances than it names may keep some back: nothing proves that all
/// came.
void JobCore::tell_short(const StudyTask& task) const
{
    const StudyWork& work = *task.work;
    const Study& study = work.study();
    for (const StudyWork::Short& each : work.short_series()) {
        const Identity identity{{}, {}, study.series[each.series], study.uid, {}};
        tell_failure(
            identity,
            {.reason = "incomplete",
             .message = fmt::format("the source says that the series has {} instances, and "
                                    "names or sends {}",
                                    study.stated[each.series], each.known)},
            work.members_of({}, identity.series));
    }
}

/// The job ended early, and not by a signal: what did not come has its record all the same.
void JobCore::tell_unfinished()
{
    const Failure why{.reason = "stopped", .message = "the run ended before it was asked for"};
    for (const auto& study : open) {
        std::vector<std::uint32_t> untried;
        const StudyWork& work = *study->work;
        for (std::uint32_t place = 0; place < work.study().instances.size(); ++place) {
            if (work.why(place).reason.empty()) {
                untried.push_back(place);
            }
        }
        study->work->blame(untried, why);
        tell_missing(*study);
    }
    while (announcing || (announcing = selection.next_known())) {
        Identity identity;
        identity.study = announcing->study;
        tell_failure(identity, why, announcing->members);
        announcing.reset();
    }
}

Job::Job(JobOptions options, Selection& selection, Announcer& announcer)
    : core_(std::make_unique<JobCore>(std::move(options), selection, announcer))
{
}
Job::~Job() = default;

void Job::run()
{
    JobCore& core = *core_;
    std::vector<std::jthread> lanes;
    core.lanes = core.options.lanes;
    for (unsigned i = 0; i < core.options.lanes; ++i) {
        lanes.emplace_back([&core] {
            try {
                Lane{core}.run();
            } catch (...) {
                core.fail(std::current_exception());
            }
            --core.lanes;
        });
    }
    core.plan();
    lanes.clear();  // joins
    Output& output = *core.options.hub.output;
    output.settle();
    (void)core.over();  // a flush may have failed since
    if (core.failure) {
        if (!StopFlag::instance().raised()) {
            core.tell_unfinished();
        }
        if (output.failure().empty()) {
            output.finish();  // what came is whole
        }
        std::rethrow_exception(core.failure);
    }
    if (!StopFlag::instance().raised()) {
        output.finish();
    }
}

}  // namespace pacs::retrieve
