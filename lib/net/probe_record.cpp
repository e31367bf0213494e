#include "net/probe_record.hpp"

#include "base/log.hpp"

#include <cmath>

namespace pacs::net {

namespace {

double milliseconds(double seconds)
{
    return std::round(seconds * 1e6) / 1e3;
}

}  // namespace

JsonLine echo_record(const std::string& node, std::uint64_t sequence, const Probe& probe)
{
    const Outcome outcome = !probe.alive() ? Outcome::failed
                            : probe.fault  ? Outcome::warning
                                           : Outcome::ok;
    JsonLine record{"echo", outcome};
    if (probe.fault) {
        record.add("reason", reason_word(*probe.fault));
    } else if (!probe.alive()) {
        record.add("reason", "status");
    }
    if (!probe.message.empty()) {
        record.add("message", log::printable(probe.message, 500));
    }
    if (!probe.hint.empty()) {
        record.add("hint", probe.hint);
    }
    record.add("node", node).add("sequence", sequence);
    if (probe.status) {
        record.add("status", probe.status->hex()).add("ms", milliseconds(probe.echo_seconds));
    }
    if (probe.http_status) {
        record.add("http_status", *probe.http_status).add("ms", milliseconds(probe.echo_seconds));
    }
    if (!probe.implementation.empty()) {
        if (!probe.http_status) {
            record.add("connect_ms", milliseconds(probe.connect_seconds));
        }
        record.add("implementation", log::printable(probe.implementation));
    }
    return record;
}

JsonLine statistics_record(const std::string& node, std::uint64_t sent,
                           const LatencyStatistics& times)
{
    JsonLine record{"statistics"};
    record.add("node", node).add("sent", sent).add("answered", times.count());
    if (times.count() > 0) {
        record.add("min_ms", milliseconds(times.least()))
            .add("avg_ms", milliseconds(times.mean()))
            .add("p95_ms", milliseconds(times.quantile(0.95)))
            .add("max_ms", milliseconds(times.greatest()));
    }
    return record;
}

}  // namespace pacs::net
