#include "base/log.hpp"
#include "diagnose/monitor.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

namespace pacs::diagnose {

namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string>>;

/// In a label's value backslash, quote and newline are escaped, and nothing else.
std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : log::printable(text, 200)) {
        if (c == '\\' || c == '"') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

/// One metric and its samples, which must stand together.
class Metric {
public:
    Metric(std::string_view name, std::string_view help)
        : name_(name), head_(fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name))
    {
    }
    void add(const Labels& labels, double value)
    {
        std::string text;
        for (const auto& [key, word] : labels) {
            text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", key, escaped(word));
        }
        samples_ += fmt::format("{}{{{}}} {}\n", name_, text, value);
    }
    /// Empty for a metric without samples.
    std::string str() const { return samples_.empty() ? "" : head_ + samples_; }

private:
    std::string_view name_;
    std::string head_;
    std::string samples_;
};

void add_times(const Diagnosis& diagnosis, Metric& steps, Metric& trips)
{
    for (const auto& step : diagnosis.steps) {
        if (step.outcome != Outcome::skipped && step.name != "echo" && step.name != "dicomweb") {
            steps.add({{"node", diagnosis.node}, {"step", std::string{step.name}}}, step.seconds);
        }
    }
    const auto& times = diagnosis.round_trips;
    if (times.count() > 0) {
        const std::pair<std::string_view, double> values[] = {{"min", times.least()},
                                                              {"avg", times.mean()},
                                                              {"p95", times.quantile(0.95)},
                                                              {"max", times.greatest()}};
        for (const auto& [name, value] : values) {
            trips.add({{"node", diagnosis.node}, {"statistic", std::string{name}}}, value);
        }
    }
}

}  // namespace

std::string prometheus_text(std::span<const Diagnosis> diagnoses)
{
    Metric success{"pacs_echo_success", "Whether the peer answered a C-ECHO with success."};
    Metric failure{"pacs_echo_failure_info", "Why the peer is not well, as a word."};
    Metric taken{"pacs_echo_timestamp_seconds", "When the peer was asked."};
    Metric steps{"pacs_echo_step_duration_seconds", "Time of each step before the echo."};
    Metric trips{"pacs_echo_round_trip_seconds", "Time of C-ECHO operations."};
    Metric expiry{"pacs_echo_certificate_expiry_timestamp_seconds",
                  "When the first certificate of the chain the peer sent ends."};
    Metric info{"pacs_echo_peer_info", "What the peer says of its implementation."};
    for (const auto& diagnosis : diagnoses) {
        const auto& node = diagnosis.node;
        const auto& verdict = diagnosis.verdict;
        success.add({{"node", node}}, verdict.outcome == Outcome::failed ? 0 : 1);
        if (!verdict.reason.empty()) {
            failure.add({{"node", node}, {"reason", std::string{verdict.reason}}}, 1);
        }
        taken.add({{"node", node}}, static_cast<double>(diagnosis.taken_at));
        add_times(diagnosis, steps, trips);
        if (const auto end = diagnosis.chain_ends()) {
            expiry.add({{"node", node}}, static_cast<double>(*end));
        }
        if (diagnosis.peer) {
            info.add({{"node", node},
                      {"class_uid", diagnosis.peer->implementation_uid},
                      {"version", diagnosis.peer->implementation_version},
                      {"maker", diagnosis.peer->maker}},
                     1);
        }
    }
    return success.str() + failure.str() + taken.str() + steps.str() + trips.str() + expiry.str() +
           info.str();
}

}  // namespace pacs::diagnose
