#include "base/log.hpp"
#include "diagnose/monitor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::diagnose {

namespace {

constexpr std::size_t longest_line = 3000;  // of the 4 KiB that plugins may print

std::string_view to_string(PluginState state) noexcept
{
    switch (state) {
    case PluginState::ok: return "OK";
    case PluginState::warning: return "WARNING";
    case PluginState::critical: return "CRITICAL";
    case PluginState::unknown: return "UNKNOWN";
    }
    return "UNKNOWN";
}

struct Finding {
    PluginState state = PluginState::ok;
    std::string words;
};

/// What the limits make of a peer that answers.
Finding judge_limits(const Diagnosis& diagnosis, const TimeLimits& limits,
                     const CertificateDays& days)
{
    const auto seconds = response_seconds(diagnosis);
    const auto over = [&](std::chrono::milliseconds limit) {
        return seconds > std::chrono::duration<double>(limit).count();
    };
    const auto left = diagnosis.days_left();
    const auto slow = fmt::format("answers in {:.1f} ms", seconds * 1e3);
    if (left && *left <= static_cast<std::int64_t>(days.critical)) {
        return {PluginState::critical, fmt::format("certificate ends in {} days", *left)};
    }
    if (over(limits.critical)) {
        return {PluginState::critical, slow};
    }
    if (diagnosis.verdict.outcome == Outcome::warning) {
        return {PluginState::warning, diagnosis.verdict.words};
    }
    return {over(limits.warning) ? PluginState::warning : PluginState::ok, slow};
}

Finding judge_one(const Diagnosis& diagnosis, const TimeLimits& limits, const CertificateDays& days)
{
    return diagnosis.verdict.outcome == Outcome::failed
               ? Finding{PluginState::critical, diagnosis.verdict.words}
               : judge_limits(diagnosis, limits, days);
}

/// The bar ends the words and begins the performance data.
std::string harmless(std::string_view text)
{
    auto words = log::printable(text, 300);
    std::replace(words.begin(), words.end(), '|', '/');
    return words;
}

std::string label(const std::string& node, std::string_view what, bool several)
{
    if (!several) {
        return std::string{what};
    }
    auto name = harmless(node);
    std::replace(name.begin(), name.end(), '\'', '_');
    std::replace(name.begin(), name.end(), '=', '_');
    return fmt::format("'{} {}'", name, what);
}

double seconds_of(std::chrono::milliseconds limit)
{
    return std::chrono::duration<double>(limit).count();
}

std::string performance(const Diagnosis& diagnosis, bool several, const TimeLimits& limits,
                        const CertificateDays& days)
{
    std::string data;
    if (diagnosis.round_trips.count() > 0) {
        data = fmt::format(" {}={:.6f}s;{:g};{:g};0 {}={:.6f}s;;;0",
                           label(diagnosis.node, "time", several), response_seconds(diagnosis),
                           seconds_of(limits.warning), seconds_of(limits.critical),
                           label(diagnosis.node, "echo", several), diagnosis.round_trips.mean());
    }
    if (const auto left = diagnosis.days_left()) {
        data += fmt::format(" {}={};{}:;{}:", label(diagnosis.node, "days", several), *left,
                            days.warning, days.critical);
    }
    return data;
}

}  // namespace

double response_seconds(const Diagnosis& diagnosis)
{
    double sum = diagnosis.round_trips.mean();
    for (const auto& step : diagnosis.steps) {
        // the last one of either is told by its round trips; "http" is the first of these
        const bool counted = step.name == "echo" || step.name == "http" || step.name == "dicomweb";
        sum += counted ? 0 : step.seconds;
    }
    return sum;
}

PluginOutput plugin_output(std::span<const Diagnosis> diagnoses, const TimeLimits& limits,
                           const CertificateDays& days)
{
    const bool several = diagnoses.size() > 1;
    PluginOutput output;
    std::vector<Finding> findings;
    std::string data;
    for (const auto& diagnosis : diagnoses) {
        findings.push_back(judge_one(diagnosis, limits, days));
        output.state = std::max(output.state, findings.back().state);
        data += performance(diagnosis, several, limits, days);
    }
    std::string words;
    std::size_t bad = 0;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        bad += findings[i].state == PluginState::ok ? 0U : 1U;
        const bool told =
            findings[i].state == output.state && (output.state != PluginState::ok || !several);
        if (told && words.size() < longest_line / 2) {
            words += fmt::format("{}{}: {}", words.empty() ? "" : "; ", harmless(diagnoses[i].node),
                                 harmless(findings[i].words));
        }
    }
    if (several) {
        words = fmt::format("{} of {} peers well{}{}", findings.size() - bad, findings.size(),
                            words.empty() ? "" : ": ", words);
    }
    if (data.size() > longest_line / 2) {  // cut between two values
        data.resize(data.rfind(' ', longest_line / 2));
    }
    output.line = fmt::format("DICOM {} - {}{}{}", to_string(output.state), words,
                              data.empty() ? "" : " |", data);
    return output;
}

}  // namespace pacs::diagnose
