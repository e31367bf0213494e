#pragma once

#include "diagnose/diagnosis.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace pacs::diagnose {

/// How slow an answer may be.
struct TimeLimits {
    std::chrono::milliseconds warning{5'000};
    std::chrono::milliseconds critical{10'000};
};

/// The states of monitoring plugins, which are also what such a plugin exits with.
enum class PluginState : std::uint8_t { ok = 0, warning = 1, critical = 2, unknown = 3 };

/// One line for Nagios and its kin, without a newline: the worst state of all, its reasons, and
/// performance data.
struct PluginOutput {
    PluginState state = PluginState::ok;
    std::string line;
};
PluginOutput plugin_output(std::span<const Diagnosis> diagnoses, const TimeLimits& limits,
                           const CertificateDays& days);

/// Seconds from resolving the name to the answer of an average echo.
double response_seconds(const Diagnosis& diagnosis);

/// The text exposition format of Prometheus 0.0.4, for node_exporter's textfile collector; ends
/// with a newline. The nodes of `diagnoses` must differ from each other.
std::string prometheus_text(std::span<const Diagnosis> diagnoses);

}  // namespace pacs::diagnose
