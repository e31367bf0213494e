#include "cli/monitor_options.hpp"

#include "base/error.hpp"
#include "cli/validators.hpp"

#include <fmt/format.h>

namespace pacs::cli {

MonitorOptions::MonitorOptions(Tool& tool)
{
    CLI::App& app = tool.options();
    rules_ = {
        {add_duration(app, "--warn-time", warn_time, "Slower answers are a warning to Nagios"),
         true},
        {add_duration(app, "--crit-time", crit_time, "Slower answers are critical to Nagios"),
         true},
        {add_number(app, "--warn-days", warn_days,
                    "Warn of certificates that end within so many days"),
         false},
        {add_number(app, "--crit-days", crit_days,
                    "Certificates that end within so many days are critical to Nagios"),
         true},
    };
    for (const Rule& rule : rules_) {
        app.get_option(rule.option->get_name())->group("Monitoring");
    }
}

void MonitorOptions::check(Format format, bool diagnoses) const
{
    for (const Rule& rule : rules_) {
        const bool useful = rule.only_nagios ? format == Format::nagios : diagnoses;
        if (rule.option->count() > 0 && !useful) {
            throw Error(
                ErrorKind::usage,
                fmt::format("reading the command line: {} needs {}", rule.option->get_name(),
                            rule.only_nagios ? "--format nagios"
                                             : "--diagnose or a format for monitoring"));
        }
    }
}

}  // namespace pacs::cli
