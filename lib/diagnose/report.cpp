#include "diagnose/report.hpp"

#include "base/stop.hpp"
#include "diagnose/record.hpp"

#include <string>
#include <utility>

namespace pacs::diagnose {

namespace {

void show(const Diagnosis& diagnosis, Style style, bool first, const Outlet& out)
{
    if (style == Style::records) {
        out.record(diagnosis_record(diagnosis));
    } else if (style == Style::text) {
        auto text = diagnosis_text(diagnosis);
        text.pop_back();
        out.line(first ? text : "\n" + text);
    }
}

}  // namespace

Tally report(std::span<const net::KnownPeer> peers, const Options& how, const TimeLimits& limits,
             Style style, const Outlet& out)
{
    Tally tally;
    bool first = true;
    std::vector<Diagnosis> kept;  // for what is shown as a whole
    diagnose_all(peers, how, [&](const Diagnosis& diagnosis) {
        show(diagnosis, style, std::exchange(first, false), out);
        tally.answered += diagnosis.answered() ? 1U : 0U;
        tally.well += diagnosis.verdict.outcome == Outcome::failed ? 0U : 1U;
        if (style == Style::nagios || style == Style::prometheus) {
            kept.push_back(diagnosis);
        }
    });
    if (StopFlag::instance().raised()) {
        return tally;
    }
    if (style == Style::nagios) {
        const auto output = plugin_output(kept, limits, how.certificate_days);
        tally.state = output.state;
        out.line(output.line);
    } else if (style == Style::prometheus) {
        auto text = prometheus_text(kept);
        text.pop_back();
        out.line(text);
    }
    return tally;
}

}  // namespace pacs::diagnose
