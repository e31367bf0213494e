#include "diagnose/record.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <cmath>
#include <ctime>

namespace pacs::diagnose {

namespace {

constexpr std::size_t longest_words = 500;

double milliseconds(double seconds)
{
    return std::round(seconds * 1e6) / 1e3;
}

std::string instant(std::int64_t time)
{
    const std::time_t seconds = time;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/// An object of JSON from members that JsonLine writes, without its `type`.
class Object {
public:
    template <typename Value>
    Object& add(std::string_view name, const Value& value)
    {
        line_.add(name, value);
        return *this;
    }
    Object& add_raw(std::string_view name, std::string_view json)
    {
        line_.add_raw(name, json);
        return *this;
    }
    Object& add_words(std::string_view name, const std::string& words)
    {
        if (!words.empty()) {
            line_.add(name, log::printable(words, longest_words));
        }
        return *this;
    }
    std::string str() const
    {
        auto text = line_.str();
        constexpr std::string_view head = R"({"type":"")";
        text.erase(0, head.size());
        text.pop_back();  // the newline
        if (text.starts_with(',')) {
            text.erase(0, 1);
        }
        return "{" + text;
    }

private:
    JsonLine line_{""};
};

template <typename Items, typename Write>
std::string array(const Items& items, const Write& write)
{
    std::string json = "[";
    for (const auto& item : items) {
        json += (json.size() > 1 ? "," : "") + write(item);
    }
    return json + "]";
}

std::string step_json(const Step& step)
{
    Object object;
    object.add("step", step.name).add("outcome", to_string(step.outcome));
    if (step.fault) {
        object.add("reason", net::reason_word(*step.fault));
    }
    if (step.outcome != Outcome::skipped) {
        object.add("ms", milliseconds(step.seconds));
    }
    return object.add_words("message", step.words).str();
}

std::string attempt_json(const Attempt& attempt)
{
    Object object;
    object.add("address", attempt.host)
        .add("outcome", to_string(attempt.fault ? Outcome::failed : Outcome::ok));
    if (attempt.fault) {
        object.add("reason", net::reason_word(*attempt.fault));
    }
    return object.add("ms", milliseconds(attempt.seconds))
        .add_words("message", attempt.words)
        .str();
}

std::string certificate_json(const net::Certificate& certificate)
{
    Object object;
    object.add_words("subject", certificate.subject).add_words("issuer", certificate.issuer);
    std::vector<std::string> names;
    for (const auto& name : certificate.names) {
        names.push_back(log::printable(name));
    }
    return object.add("names", names)
        .add_words("key", certificate.key)
        .add("not_before", instant(certificate.not_before))
        .add("not_after", instant(certificate.not_after))
        .add("sha256", certificate.sha256)
        .str();
}

std::string tls_json(const Diagnosis& diagnosis)
{
    const auto& report = *diagnosis.tls_report;
    Object object;
    object.add_words("version", report.version).add_words("cipher", report.cipher);
    object.add("client_certificate_requested", report.client_certificate_requested);
    object.add_words("alert", report.alert);
    if (!report.faults.empty()) {
        object.add_raw(
            "faults", array(report.faults, [](const auto& fault) {
                return Object{}.add("depth", fault.depth).add_words("message", fault.words).str();
            }));
    }
    if (const auto days = diagnosis.days_left()) {
        object.add("days_left", *days);
    }
    if (!report.chain.empty()) {
        object.add_raw("certificates", array(report.chain, certificate_json));
    }
    return object.str();
}

std::string peer_json(const Peer& peer)
{
    Object object;
    object.add_words("implementation_class_uid", peer.implementation_uid)
        .add_words("implementation_version", peer.implementation_version)
        .add_words("maker", peer.maker)
        .add("max_pdu", peer.max_pdu_bytes)
        .add("window", peer.window);
    if (peer.identity) {
        object.add("identity_confirmed", *peer.identity);
    }
    return object.str();
}

std::string service_json(const Service& service)
{
    return Object{}
        .add_words("http_version", service.version)
        .add_words("server", service.server)
        .add_words("allow", service.allow)
        .add("identified", service.identified)
        .str();
}

std::string round_trips_json(const Diagnosis& diagnosis)
{
    const auto& times = diagnosis.round_trips;
    return Object{}
        .add("sent", diagnosis.echoes_sent)
        .add("answered", times.count())
        .add("min_ms", milliseconds(times.least()))
        .add("avg_ms", milliseconds(times.mean()))
        .add("p95_ms", milliseconds(times.quantile(0.95)))
        .add("max_ms", milliseconds(times.greatest()))
        .str();
}

void add_rejection(JsonLine& record, const net::AssociateRj& rejection)
{
    record.add_raw("rejection", Object{}
                                    .add("result", unsigned{rejection.result})
                                    .add("source", unsigned{rejection.source})
                                    .add("reason", unsigned{rejection.reason})
                                    .add("message", net::to_string(rejection))
                                    .str());
}

}  // namespace

std::string date_text(std::int64_t time)
{
    return instant(time).substr(0, 10);
}

JsonLine diagnosis_record(const Diagnosis& diagnosis)
{
    const auto& verdict = diagnosis.verdict;
    JsonLine record{"diagnosis", verdict.outcome};
    if (!verdict.reason.empty()) {
        record.add("reason", verdict.reason);
    }
    record.add("message", verdict.words);
    if (!verdict.hint.empty()) {
        record.add("hint", verdict.hint);
    }
    record.add("node", diagnosis.node).add("address", diagnosis.place());
    if (diagnosis.url.empty()) {
        record.add("calling", diagnosis.calling);
    }
    record.add("time", instant(diagnosis.taken_at))
        .add_raw("steps", array(diagnosis.steps, step_json))
        .add_raw("addresses", array(diagnosis.attempts, attempt_json));
    if (diagnosis.protocol != Protocol::unknown) {
        record.add("protocol", to_string(diagnosis.protocol));
    }
    if (!diagnosis.greeting.empty()) {
        record.add("greeting", log::printable(diagnosis.greeting));
    }
    if (diagnosis.tls_report && diagnosis.tls_report->answered_tls()) {
        record.add_raw("tls", tls_json(diagnosis));
    }
    if (diagnosis.rejection) {
        add_rejection(record, *diagnosis.rejection);
    }
    if (diagnosis.peer) {
        record.add_raw("peer", peer_json(*diagnosis.peer));
    }
    if (diagnosis.status) {
        record.add("status", diagnosis.status->hex());
    }
    if (diagnosis.service) {
        record.add("http_status", diagnosis.service->http_status)
            .add_raw("service", service_json(*diagnosis.service));
    }
    if (diagnosis.round_trips.count() > 0) {
        record.add_raw("round_trips", round_trips_json(diagnosis));
    }
    return record;
}

}  // namespace pacs::diagnose
