#include "moving/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::moving {

namespace {

using net::Service;

std::uint64_t arrived(const net::SubOperations& counts)
{
    return std::uint64_t{counts.completed.value_or(0)} + counts.warning.value_or(0);
}

std::uint64_t failures(const net::RetrieveResult& result)
{
    return std::max<std::uint64_t>(result.counts.failed.value_or(0), result.failed_uids.size());
}

std::string words_of(const net::RetrieveResult& result)
{
    const auto meaning = result.status.meaning(Service::move);
    return result.comment.empty() ? std::string{meaning}
                                  : fmt::format("{}: {}", meaning, result.comment);
}

/// The end of the C-MOVE itself, when it was no success.
std::optional<Judgement> judge_end(const Evidence& evidence)
{
    const net::RetrieveResult& result = evidence.result;
    if (evidence.fault) {
        return Judgement{Outcome::failed, std::string{net::reason_word(*evidence.fault)},
                         evidence.fault_message};
    }
    if (result.cancelled) {
        return Judgement{Outcome::failed, "cancelled", "cancelled before all was moved"};
    }
    if (result.status.failure() || result.status.cancelled()) {
        return Judgement{Outcome::failed, "status", words_of(result)};
    }
    if (const auto failed = failures(result); failed > 0) {
        return Judgement{Outcome::failed, "sub_operations",
                         fmt::format("{} instances were not sent", failed)};
    }
    if (result.status.warning() && !result.counts.failed) {
        return Judgement{Outcome::failed, "sub_operations", words_of(result)};
    }
    return std::nullopt;
}

/// All was sent; some of it may have been taken with a warning.
Judgement judge_warnings(const net::RetrieveResult& result)
{
    const unsigned warnings = result.counts.warning.value_or(0);
    if (warnings > 0 || result.status.warning()) {
        return {Outcome::warning, "sub_operations",
                fmt::format("{} instances were taken with a warning", warnings)};
    }
    return {};
}

/// What the source counted, which may be nothing.
Judgement judge_counts(const Evidence& evidence)
{
    const net::SubOperations& counts = evidence.result.counts;
    if (!counts.told()) {
        return {Outcome::warning, "uncounted",
                "the source says success and does not say what it sent; --verify would tell"};
    }
    const auto sent = arrived(counts);
    if (evidence.expected && sent < *evidence.expected) {
        return {Outcome::failed, "incomplete",
                fmt::format("the source says success, but sent {} of {} instances", sent,
                            *evidence.expected)};
    }
    if (!evidence.expected && sent == 0) {
        return {Outcome::failed, "incomplete", "the source says success, but sent nothing"};
    }
    return judge_warnings(evidence.result);
}

/// All that the source names is at the destination, or not.
Judgement judge_verified(const Evidence& evidence, const std::optional<Judgement>& end)
{
    const Verification& found = *evidence.verification;
    if (!found.missing.empty()) {
        return {Outcome::failed, "missing",
                fmt::format("the destination does not have {} of {} instances",
                            found.missing.size(), found.instances)};
    }
    if (found.instances < std::max<std::uint64_t>(evidence.expected.value_or(0), 1)) {
        return {Outcome::failed, "incomplete",
                fmt::format("the source names {} of {} instances; the destination has these",
                            found.instances, evidence.expected.value_or(0))};
    }
    if (end) {
        return {Outcome::warning, end->reason,
                fmt::format("{}; the destination has all instances", end->message)};
    }
    if (found.doubtful) {
        return {Outcome::warning, "doubtful",
                "the source may not have named all instances; the destination has those named"};
    }
    return judge_warnings(evidence.result);
}

}  // namespace

Judgement judge(const Evidence& evidence)
{
    const auto end = judge_end(evidence);
    if (evidence.verification) {
        return judge_verified(evidence, end);
    }
    if (end) {
        return *end;
    }
    auto counted = judge_counts(evidence);
    if (counted.outcome != Outcome::failed && !evidence.unverified.empty()) {
        Judgement judgement{Outcome::failed, "unverified",
                            fmt::format("moved, but not verified: {}", evidence.unverified)};
        if (evidence.verify_fault) {
            judgement.reason = net::reason_word(*evidence.verify_fault);
        }
        return judgement;
    }
    return counted;
}

}  // namespace pacs::moving
