#pragma once

#include "cli/tool.hpp"

#include <chrono>
#include <cstdint>

namespace pacs::cli {

/// True for the formats that monitoring systems read.
constexpr bool is_monitoring(Format format) noexcept
{
    return format == Format::nagios || format == Format::prometheus;
}

/// The group of options on what a monitoring system is to be told. Must outlive Tool::run().
class MonitorOptions {
public:
    explicit MonitorOptions(Tool& tool);

    /// Refuses options that would do nothing: the limits that only Format::nagios has, and with
    /// `diagnoses` false the days of certificates. Throws Error(usage).
    void check(Format format, bool diagnoses) const;

    std::chrono::milliseconds warn_time{5'000};
    std::chrono::milliseconds crit_time{10'000};
    std::uint64_t warn_days = 30;
    std::uint64_t crit_days = 7;

private:
    struct Rule {
        const CLI::Option* option;
        bool only_nagios;
    };
    std::vector<Rule> rules_;
};

}  // namespace pacs::cli
