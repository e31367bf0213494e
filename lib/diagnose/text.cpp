#include "base/log.hpp"
#include "diagnose/record.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::diagnose {

namespace {

constexpr std::size_t longest_words = 300;

/// Lines of equal shape: what, how, how long, and words.
class Page {
public:
    void head(const Diagnosis& diagnosis)
    {
        const auto address = diagnosis.place();
        text_ +=
            log::printable(diagnosis.node == address ? address : diagnosis.node + " " + address) +
            "\n";
    }
    void step(const Step& step)
    {
        const bool skipped = step.outcome == Outcome::skipped;
        text_ += trimmed(fmt::format(
            "  {:<12}{:<8}{:>12}  {}", step.name, skipped ? "-" : to_string(step.outcome),
            skipped ? "" : time_text(step.seconds), log::printable(step.words, longest_words)));
    }
    void detail(std::string_view name, const std::string& words)
    {
        text_ += trimmed(fmt::format("    {:<18}{}", name, log::printable(words, longest_words)));
    }
    void line(std::string_view words) { text_ += std::string{words} + "\n"; }
    std::string str() && { return std::move(text_); }

    static std::string time_text(double seconds) { return fmt::format("{:.3f} ms", seconds * 1e3); }

private:
    static std::string trimmed(std::string line)
    {
        line.resize(line.find_last_not_of(' ') + 1);
        return line + "\n";
    }

    std::string text_;
};

std::string days_words(std::int64_t days)
{
    return days >= 0 ? fmt::format("{} days left", days) : fmt::format("{} days ago", -days);
}

void add_certificate(Page& page, const Diagnosis& diagnosis)
{
    const auto* const leaf = diagnosis.certificate();
    if (leaf == nullptr) {
        return;
    }
    page.detail("certificate", leaf->subject);
    std::string names;
    for (const auto& name : leaf->names) {
        names += (names.empty() ? "" : ", ") + name;
    }
    page.detail("for", names.empty() ? "no host named" : names);
    page.detail("issued by", leaf->self_issued ? "itself" : leaf->issuer);
    page.detail("valid",
                fmt::format("{} to {}, {}", date_text(leaf->not_before), date_text(leaf->not_after),
                            days_words(diagnosis.days_left().value_or(0))));
    page.detail("key", fmt::format("{}, SHA-256 {}", leaf->key, leaf->sha256));
    const auto wrong = net::certificate_words(*diagnosis.tls_report);
    page.detail("trust", wrong.empty() ? "trusted" : wrong);
}

void add_tls(Page& page, const Diagnosis& diagnosis)
{
    const auto& report = diagnosis.tls_report;
    if (!report || !report->answered_tls()) {
        return;
    }
    if (diagnosis.step("tls").outcome != Outcome::ok) {
        page.detail("speaks", fmt::format("{}, {}", report->version, report->cipher));
    }
    add_certificate(page, diagnosis);
    if (report->client_certificate_requested) {
        page.detail("wants from us", diagnosis.own_certificate ? "a certificate, which it got"
                                                               : "a certificate; it gets none");
    }
}

void add_peer(Page& page, const Peer& peer)
{
    page.detail("maker", peer.maker.empty() ? "not known" : peer.maker);
    page.detail("implementation",
                peer.implementation_version.empty()
                    ? peer.implementation_uid
                    : fmt::format("{}, {}", peer.implementation_version, peer.implementation_uid));
    page.detail("takes PDUs of", peer.max_pdu_bytes == 0
                                     ? "any length"
                                     : fmt::format("{} bytes", peer.max_pdu_bytes));
    page.detail("operations", peer.window == 1   ? "one at a time"
                              : peer.window == 0 ? "any number at once"
                                                 : fmt::format("{} at once", peer.window));
    if (peer.identity) {
        page.detail("user identity", *peer.identity ? "confirmed" : "not answered");
    }
}

void add_service(Page& page, const Service& service)
{
    page.detail("server", service.server.empty() ? "does not say" : service.server);
    if (!service.allow.empty()) {
        page.detail("takes", service.allow);
    }
    page.detail("credentials", service.identified ? "sent" : "none sent");
}

void add_round_trips(Page& page, const LatencyStatistics& times)
{
    page.detail("round trips",
                fmt::format("min {}, avg {}, p95 {}, max {}", Page::time_text(times.least()),
                            Page::time_text(times.mean()), Page::time_text(times.quantile(0.95)),
                            Page::time_text(times.greatest())));
}

}  // namespace

std::string diagnosis_text(const Diagnosis& diagnosis)
{
    Page page;
    page.head(diagnosis);
    for (const auto& step : diagnosis.steps) {
        page.step(step);
        if (step.name == "tls") {
            add_tls(page, diagnosis);
        } else if (step.name == "association" && diagnosis.peer) {
            add_peer(page, *diagnosis.peer);
        } else if (step.name == "http" && diagnosis.service) {
            add_service(page, *diagnosis.service);
        } else if ((step.name == "echo" || step.name == "dicomweb") &&
                   diagnosis.round_trips.count() > 0) {
            add_round_trips(page, diagnosis.round_trips);
        }
    }
    const auto& verdict = diagnosis.verdict;
    page.line("verdict: " + log::printable(verdict.words, longest_words));
    if (!verdict.hint.empty()) {
        page.line("hint: " + log::printable(verdict.hint, longest_words));
    }
    return std::move(page).str();
}

}  // namespace pacs::diagnose
