#include "moving/job.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "moving/lane.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace pacs::moving {

namespace {

void tell_plan(Plan& plan, const JobOptions& options)
{
    while (auto unit = plan.next()) {
        if (StopFlag::instance().raised()) {
            return;
        }
        options.on_record(planned_record(options.parties, *unit), unit->expected.value_or(0));
    }
}

}  // namespace

std::optional<Unit> JobCore::next()
{
    const std::lock_guard lock{mutex_};
    while (!failure_ && !StopFlag::instance().raised()) {
        auto unit = plan_.next();
        if (!unit || options_.done == nullptr || !options_.done->holds(key_of(*unit))) {
            return unit;
        }
        options_.on_record(passed_over_record(options_.parties, *unit,
                                              {Outcome::skipped, "already_moved",
                                               "the records of an earlier run say it was moved"}),
                           unit->expected.value_or(0));
    }
    return std::nullopt;
}

void JobCore::note_end(bool may_pass, const std::string& message)
{
    constexpr unsigned most_in_row = 20;
    const std::lock_guard lock{mutex_};
    failed_in_row_ = may_pass ? failed_in_row_ + 1 : 0;
    if (failed_in_row_ >= most_in_row) {
        throw Error(ErrorKind::peer,
                    fmt::format("moving from {}: {} moves in a row failed, the "
                                "last one so: {}",
                                options_.parties.node, most_in_row, log::printable(message)));
    }
}

void JobCore::fail(const std::exception_ptr& error)
{
    const std::lock_guard lock{mutex_};
    failure_ = failure_ ? failure_ : error;
}

bool JobCore::ending()
{
    const std::lock_guard lock{mutex_};
    return failure_ != nullptr || StopFlag::instance().raised();
}

void JobCore::rethrow() const
{
    if (failure_) {
        std::rethrow_exception(failure_);
    }
}

void JobOptions::keep_within(unsigned max_associations)
{
    if (max_associations == 0) {
        return;
    }
    const unsigned others = verifier != nullptr && max_associations > 1 ? 1 : 0;
    lanes = std::min(lanes, max_associations - others);
    alone = verifier != nullptr && max_associations == 1;
}

void JobCounters::write(JsonLine& summary) const
{
    summary.add("completed", completed.load())
        .add("sub_operations_failed", failed.load())
        .add("sub_operations_warning", warning.load())
        .add("missing", missing.load())
        .add("retries", retries.load())
        .add("associations", associations.load());
}

void run(Plan& plan, const JobOptions& options)
{
    if (options.dry) {
        tell_plan(plan, options);
        return;
    }
    JobCore core{plan, options};
    std::vector<std::jthread> threads;
    const auto lanes =
        std::min<std::uint64_t>(options.lanes, std::max<std::uint64_t>(plan.units(), 1));
    for (std::uint64_t i = 0; i < lanes; ++i) {
        threads.emplace_back([&core] {
            try {
                Lane{core}.run();
            } catch (...) {
                core.fail(std::current_exception());
            }
        });
    }
    threads.clear();  // joins
    core.rethrow();
}

}  // namespace pacs::moving
