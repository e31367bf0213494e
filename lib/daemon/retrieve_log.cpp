#include "daemon/retrieve_log.hpp"

#include "base/json_line.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <utility>

namespace pacs::daemon {

namespace {

std::string_view outcome_of(const RetrieveTally::Counts& counts, std::optional<net::Status> status)
{
    if (!status || status->failure() || status->cancelled() || counts.failed > 0) {
        return "failed";
    }
    return counts.warning > 0 ? "warning" : "ok";
}

void add_destination(JsonLine& line, const RetrieveAsker& asker)
{
    if (!asker.destination.empty()) {
        line.add("destination", log::printable(asker.destination));
    }
    if (!asker.destination_address.empty()) {
        line.add("destination_address", asker.destination_address);
    }
}

}  // namespace

std::string retrieval_record(const RetrieveAsker& asker, const RetrieveTally::Counts& counts,
                             std::optional<net::Status> status, std::chrono::milliseconds duration,
                             const RetrieveFailure& failure)
{
    JsonLine line{"retrieval"};
    line.add("outcome", outcome_of(counts, status));
    if (!failure.reason.empty()) {
        line.add("reason", failure.reason).add("message", log::printable(failure.message));
    }
    if (status) {
        line.add("status", status->hex());
    }
    line.add("time", time_text())
        .add("seconds", static_cast<double>(duration.count()) / 1000.0)
        .add("service", asker.service)
        .add("level", asker.level)
        .add("calling", log::printable(asker.calling))
        .add("address", asker.address);
    add_destination(line, asker);
    return line.add("instances", counts.total)
        .add("completed", counts.completed)
        .add("failed", counts.failed)
        .add("warnings", counts.warning)
        .add("remaining", counts.remaining())
        .add("bytes", counts.bytes)
        .str();
}

RetrieveLog::RetrieveLog(ServiceLog& log, RetrieveAsker asker) : log_(log), asker_(std::move(asker))
{
}

void RetrieveLog::problem(const std::string& sop_class, const std::string& sop_instance,
                          const RetrieveProblem& problem) const noexcept
{
    JsonLine line{"instance_problem"};
    line.add("outcome", problem.warning ? "warning" : "failed")
        .add("reason", problem.reason)
        .add("message", log::printable(problem.message));
    if (problem.status) {
        line.add("status", problem.status->hex());
    }
    line.add("time", time_text())
        .add("service", asker_.service)
        .add("SOPInstanceUID", log::printable(sop_instance))
        .add("SOPClassUID", log::printable(sop_class))
        .add("calling", log::printable(asker_.calling))
        .add("address", asker_.address);
    add_destination(line, asker_);
    log_.tell(fmt::format("instance for {}: {}", asker_.address, problem.reason), line.str());
}

void RetrieveLog::failed(RetrieveFailure failure) noexcept
{
    const std::scoped_lock lock{mutex_};
    failure_ = std::move(failure);
}

RetrieveFailure RetrieveLog::failure() const
{
    const std::scoped_lock lock{mutex_};
    return failure_;
}

void RetrieveLog::ended(const RetrieveTally::Counts& counts,
                        std::optional<net::Status> status) const noexcept
{
    const auto duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start_);
    const std::string record = retrieval_record(asker_, counts, status, duration, failure());
    if (counts.total > 0) {
        log::write_record(record);
    } else {
        // A request that comes to nothing costs a peer nothing, and may be repeated at will.
        log_.tell(fmt::format("{} of {} without an object", asker_.service, asker_.address),
                  record);
    }
}

}  // namespace pacs::daemon
