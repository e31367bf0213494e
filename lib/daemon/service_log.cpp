#include "daemon/service_log.hpp"

#include "base/json_line.hpp"
#include "base/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace pacs::daemon {

namespace {

using net::AssociationOutcome;

/// Characters of why an association failed, and of the names in a certificate.
constexpr std::size_t longest_detail = 800;

std::string operations_json(const net::AssociationReport& report)
{
    std::string json = "{";
    for (const auto& [name, count] : report.operations) {
        json += json.size() > 1 ? "," : "";
        append_json_string(json, name);
        json += fmt::format(R"(:{{"success":{},"warning":{},"failure":{},"unanswered":{}}})",
                            count.success, count.warning, count.failure, count.unanswered);
    }
    return json + "}";
}

/// The contract's word: everything done, some with a warning, or something failed.
std::string_view outcome_of(const net::AssociationReport& report)
{
    bool warning = false;
    bool failed = report.outcome != AssociationOutcome::released;
    for (const auto& [name, count] : report.operations) {
        warning = warning || count.warning > 0;
        failed = failed || count.failure + count.unanswered > 0;
    }
    return failed ? "failed" : warning ? "warning" : "ok";
}

/// What a peer can cause as often as it likes without having asked for anything.
bool idle_noise(const net::AssociationReport& report)
{
    return report.outcome != AssociationOutcome::released && report.operations.empty();
}

/// Who it was, as far as that was proven; only what is known.
void add_identity(JsonLine& line, const net::AssociationReport& report)
{
    const auto add = [&line](std::string_view key, const std::string& text) {
        if (!text.empty()) {
            line.add(key, log::printable(text, longest_detail));
        }
    };
    add("node", report.node);
    add("user", report.user);
    if (report.tls) {
        add("tls_version", report.tls->version);
        add("tls_cipher", report.tls->cipher);
        if (report.tls->certificate) {
            add("tls_subject", report.tls->certificate->subject);
            add("tls_sha256", report.tls->certificate->sha256);
        }
    }
}

}  // namespace

std::string time_text()
{
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(second)),
                       (now - second).count());
}

std::string association_record(const net::AssociationReport& report)
{
    using log::printable;
    JsonLine line{"association"};
    line.add("outcome", outcome_of(report))
        .add("ended", net::to_string(report.outcome))
        .add("message", printable(report.detail, longest_detail))
        .add("time", time_text())
        .add("seconds", static_cast<double>(report.duration.count()) / 1000.0)
        .add("calling", printable(report.calling_ae))
        .add("called", printable(report.called_ae))
        .add("address", report.peer_host)
        .add("port", report.peer_port)
        .add("listen", report.listen_address)
        .add("implementation", printable(report.peer_implementation_uid))
        .add("implementation_version", printable(report.peer_implementation_version))
        .add("max_pdu", report.peer_max_pdu_bytes)
        .add("window", report.window.invoked)
        .add("contexts_proposed", report.contexts_proposed)
        .add("contexts_accepted", report.contexts_accepted)
        .add_raw("operations", operations_json(report))
        .add("bytes_in", report.traffic.bytes_in)
        .add("bytes_out", report.traffic.bytes_out);
    add_identity(line, report);
    return line.str();
}

std::string recovery_record(const archive::Archive& archive)
{
    const archive::RecoveryReport& report = archive.recovery();
    std::vector<std::string> foreign;
    for (const std::string& name : report.foreign) {
        foreign.push_back(log::printable(name));
    }
    return JsonLine{"recovery"}
        .add("outcome", "ok")
        .add("path", archive.layout().root().string())
        .add("time", time_text())
        .add("created", report.created)
        .add("index_created", report.index_created)
        .add("cleared", report.cleared)
        .add("adopted", report.adopted)
        .add("settled", report.settled)
        .add("withdrawn", report.withdrawn)
        .add("set_aside", report.set_aside)
        .add("foreign", foreign)
        .str();
}

std::string problem_record(const archive::Announcement& announcement,
                           const archive::StoreResult& result)
{
    using log::printable;
    return JsonLine{"instance_problem"}
        .add("outcome", result.status.warning() || result.status.success() ? "warning" : "failed")
        .add("reason", to_string(result.kind))
        .add("message", printable(result.detail))
        .add("status", result.status.hex())
        .add("time", time_text())
        .add("SOPInstanceUID", printable(announcement.sop_instance_uid))
        .add("SOPClassUID", printable(announcement.sop_class_uid))
        .add("calling", printable(announcement.source))
        .add("address", announcement.peer)
        .str();
}

void ServiceLog::association(const net::AssociationReport& report) noexcept
{
    const std::string kind =
        fmt::format("association from {}: {}", report.peer_host, net::to_string(report.outcome));
    if (!idle_noise(report) || filter_.admit(kind)) {
        log::write_record(association_record(report));
    }
}

void ServiceLog::problem(const archive::Announcement& announcement,
                         const archive::StoreResult& result) noexcept
{
    const std::string kind =
        fmt::format("instance from {}: {}", announcement.peer, to_string(result.kind));
    if (filter_.admit(kind)) {
        log::write_record(problem_record(announcement, result));
    }
}

void ServiceLog::tell(std::string_view kind, const std::string& record) noexcept
{
    if (filter_.admit(kind)) {
        log::write_record(record);
    }
}

void ServiceLog::tell_repeated(bool all) noexcept
{
    const auto now = all ? RepeatFilter::Clock::time_point::max() : RepeatFilter::Clock::now();
    for (const RepeatFilter::Repeated& repeated : filter_.take_ended(now)) {
        log::write_record(JsonLine{"repeated"}
                              .add("message", repeated.kind.empty() ? "other" : repeated.kind)
                              .add("time", time_text())
                              .add("count", repeated.count)
                              .str());
    }
}

}  // namespace pacs::daemon
