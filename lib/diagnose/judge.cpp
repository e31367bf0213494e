#include "diagnose/judge.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::diagnose {

namespace {

constexpr std::size_t greeting_shown = 60;

using net::CertificateFault;
using net::PeerFault;

std::string where(const Diagnosis& facts)
{
    return log::printable(net::ListenAddress{facts.address.host, facts.address.port}.str());
}

Verdict failed(std::string_view reason, std::string words, std::string hint = {})
{
    return {Outcome::failed, reason, std::move(words), std::move(hint)};
}

/// The word for `reason` of what is wrong with a certificate.
std::string_view reason_word(CertificateFault fault) noexcept
{
    switch (fault) {
    case CertificateFault::expired: return "certificate_expired";
    case CertificateFault::not_yet_valid: return "certificate_not_yet_valid";
    case CertificateFault::self_signed: return "certificate_self_signed";
    case CertificateFault::unknown_issuer: return "certificate_unknown_issuer";
    case CertificateFault::wrong_name: return "certificate_wrong_name";
    case CertificateFault::weak:
    case CertificateFault::other: break;
    }
    return "certificate_untrusted";
}

/// What else may be wrong with TLS than the certificate itself, and its word for `reason`.
enum class TlsTrouble : std::uint8_t {
    wants_tls,
    speaks_plainly,
    too_old,
    wants_certificate,
    refuses_certificate,
    certificate_ends,
};
std::string_view reason_word(TlsTrouble trouble) noexcept
{
    switch (trouble) {
    case TlsTrouble::wants_tls: return "tls_expected";
    case TlsTrouble::speaks_plainly: return "tls_not_spoken";
    case TlsTrouble::too_old: return "tls_too_old";
    case TlsTrouble::wants_certificate: return "client_certificate_required";
    case TlsTrouble::refuses_certificate: return "client_certificate_refused";
    case TlsTrouble::certificate_ends: return "certificate_expires";
    }
    return "unknown";
}

std::string issuer_hint(const net::TlsReport::Fault& fault)
{
    const auto issuer = log::printable(fault.issuer);
    return fault.issuer == fault.subject
               ? fmt::format("name the certificate of {} as tls_ca, if it is to be trusted", issuer)
               : fmt::format(
                     "have the peer send that intermediate certificate with its own; if {} "
                     "is the authority itself, name its certificate as tls_ca",
                     issuer);
}

std::string certificate_hint(CertificateFault fault, const Diagnosis& facts)
{
    const auto& leaf = facts.tls_report->chain.front();
    switch (fault) {
    case CertificateFault::expired: return "have it renewed where the peer is run";
    case CertificateFault::not_yet_valid: return "check the clock of this machine and of the peer";
    case CertificateFault::self_signed:
        return fmt::format(
            "get it on a trusted way, compare its SHA-256 {}, and name the file as "
            "tls_ca",
            leaf.sha256);
    case CertificateFault::unknown_issuer: return issuer_hint(*facts.tls_report->find(fault));
    case CertificateFault::wrong_name: {
        std::string names;
        for (const auto& name : leaf.names) {
            names += (names.empty() ? "" : ", ") + log::printable(name);
        }
        return fmt::format("it is for {}: use that name in the address, or say tls_name",
                           names.empty() ? log::printable(leaf.subject) : names);
    }
    case CertificateFault::weak:
        return "have one issued with a key of RSA 2048 bits or more, or EC P-256, and signed with "
               "SHA-256";
    case CertificateFault::other: break;
    }
    return {};
}

Verdict judge_certificate(const Diagnosis& facts, std::string_view consequence)
{
    const auto& report = *facts.tls_report;
    for (const auto kind :
         {CertificateFault::wrong_name, CertificateFault::expired, CertificateFault::not_yet_valid,
          CertificateFault::self_signed, CertificateFault::unknown_issuer, CertificateFault::weak,
          CertificateFault::other}) {
        if (report.find(kind) != nullptr) {
            return failed(reason_word(kind),
                          fmt::format("{}; {}", net::certificate_words(report), consequence),
                          report.chain.empty() ? std::string{} : certificate_hint(kind, facts));
        }
    }
    return {};
}

/// The peer asked for our certificate, and TLS ended at that. With TLS 1.3 that is told only after
/// the handshake, and the alert may be lost when the peer closes upon our request.
std::optional<Verdict> judge_our_certificate(const Diagnosis& facts, const Step& step)
{
    const bool ended = step.fault == PeerFault::tls_failed ||
                       (step.fault == PeerFault::connection_lost && facts.tls &&
                        (step.name == "association" || step.name == "http"));
    if (!ended || !facts.tls_report || !facts.tls_report->client_certificate_requested) {
        return std::nullopt;
    }
    if (!facts.own_certificate) {
        return failed(reason_word(TlsTrouble::wants_certificate),
                      "the peer wants a certificate from us and gets none",
                      "have one issued that the peer trusts, and name it as tls_cert and tls_key");
    }
    return failed(
        reason_word(TlsTrouble::refuses_certificate),
        fmt::format("the peer does not take our certificate: {}", log::printable(step.words)),
        "have one issued by an authority that the peer trusts, for our title if it checks "
        "that");
}

/// A listener that is no DICOM peer at all.
std::optional<Verdict> judge_stranger(const Diagnosis& facts)
{
    const auto reason = net::reason_word(PeerFault::not_dicom);
    switch (facts.protocol) {
    case Protocol::http:
        return failed(reason, fmt::format("{} is a web server (HTTP), not DICOM", where(facts)),
                      "ask for the DICOM port; a DICOMweb service is named by its URL");
    case Protocol::ssh:
        return failed(reason, fmt::format("{} is an SSH server, not DICOM", where(facts)),
                      "check the port");
    case Protocol::text:
        return failed(reason,
                      fmt::format("{} is not DICOM; it greets with '{}'", where(facts),
                                  log::printable(facts.greeting, greeting_shown)),
                      "check the port");
    case Protocol::unknown: break;
    default: return std::nullopt;
    }
    if (facts.greeting.empty()) {
        return std::nullopt;
    }
    return failed(reason,
                  fmt::format("{} is not DICOM; it begins with '{}'", where(facts),
                              log::printable(facts.greeting, greeting_shown)),
                  "check the port");
}

Verdict judge_name(const Diagnosis& facts)
{
    const auto host = log::printable(facts.address.host);
    if (facts.step("name").fault == PeerFault::timed_out) {
        return failed(net::reason_word(PeerFault::timed_out),
                      fmt::format("the name servers do not answer for '{}'", host),
                      "check the name servers of this machine, or use the address instead");
    }
    return failed(net::reason_word(PeerFault::name_not_found),
                  fmt::format("the name '{}' does not resolve", host),
                  "check its spelling and the name servers of this machine, or use the address");
}

Verdict judge_tcp(const Diagnosis& facts)
{
    const auto has = [&](PeerFault fault) {
        return std::any_of(facts.attempts.begin(), facts.attempts.end(),
                           [&](const Attempt& each) { return each.fault == fault; });
    };
    if (has(PeerFault::connection_refused)) {
        return failed(net::reason_word(PeerFault::connection_refused),
                      fmt::format("the host is there, but nobody listens at {}", where(facts)),
                      facts.url.empty()
                          ? "is the peer running, and is that its port? 104 and 11112 "
                            "are usual, 2762 for TLS"
                          : "is the service running, and is that its port?");
    }
    if (has(PeerFault::timed_out)) {
        return failed(net::reason_word(PeerFault::timed_out),
                      fmt::format("no answer from {}", where(facts)),
                      "the host is off, or a firewall drops what we send");
    }
    return failed(net::reason_word(PeerFault::unreachable),
                  fmt::format("there is no way to {}", where(facts)),
                  "check the network of this machine, its routes and the firewall");
}

Verdict judge_tls(const Diagnosis& facts)
{
    if (!facts.url.empty() && facts.protocol == Protocol::http) {
        return failed(reason_word(TlsTrouble::speaks_plainly),
                      "the server speaks plain HTTP where https:// was asked for",
                      "give its TLS port, have TLS switched on there, or write http://");
    }
    if (auto stranger = judge_stranger(facts)) {
        return *stranger;
    }
    if (facts.protocol == Protocol::dicom) {
        return failed(reason_word(TlsTrouble::speaks_plainly),
                      "the peer speaks plain DICOM where TLS was asked for",
                      "give the peer's TLS port (2762 is usual), have TLS switched on there, or do "
                      "without tls");
    }
    const auto& step = facts.step("tls");
    const auto& report = facts.tls_report;
    if (report && !report->faults.empty()) {
        return judge_certificate(facts, "nothing is sent to the peer");
    }
    const bool old = report && (report->version == "TLSv1" || report->version == "TLSv1.1");
    if (auto ours = judge_our_certificate(facts, step); ours && !old) {
        return *ours;
    }
    if (report && report->completed) {
        return failed(reason_word(TlsTrouble::too_old),
                      fmt::format("the peer agrees on nothing better than {} with {}, which is not "
                                  "safe (BCP 195)",
                                  report->version, report->cipher),
                      "have TLS 1.2 with forward secrecy, or TLS 1.3, switched on at the peer");
    }
    return failed(net::reason_word(step.fault.value_or(PeerFault::tls_failed)),
                  fmt::format("no TLS with {}: {}", where(facts), log::printable(step.words)),
                  step.fault == PeerFault::timed_out ? "the peer takes connections, but its TLS "
                                                       "stands still"
                                                     : "is it a TLS port?");
}

Verdict judge_association(const Diagnosis& facts)
{
    const auto& step = facts.step("association");
    const auto fault = step.fault.value_or(PeerFault::connection_lost);
    if (facts.rejection) {
        const auto words = explain(*facts.rejection, log::printable(facts.address.ae),
                                   log::printable(facts.calling));
        const bool passes = facts.rejection->result == net::AssociateRj::transient;
        return failed(net::reason_word(fault),
                      fmt::format("the peer rejects the association{}: {}",
                                  passes ? " for now" : "", words.cause),
                      words.hint);
    }
    if (facts.protocol == Protocol::tls && !facts.tls) {
        return failed(reason_word(TlsTrouble::wants_tls),
                      "the peer speaks TLS, and we speak plainly to it",
                      "say --tls, or tls = true for its node in pacs.toml");
    }
    if (auto stranger = judge_stranger(facts)) {
        return *stranger;
    }
    if (auto ours = judge_our_certificate(facts, step)) {
        return *ours;
    }
    const auto known = fmt::format(
        "some peers do so to callers they do not know: have our title "
        "'{}' and this machine registered there",
        log::printable(facts.calling));
    switch (fault) {
    case PeerFault::nothing_accepted:
        return failed(net::reason_word(fault),
                      "the peer makes associations, but does not know Verification",
                      "it cannot be echoed; ask for what it is meant to do");
    case PeerFault::aborted:
        return failed(net::reason_word(fault), "the peer aborts instead of answering our request",
                      known);
    case PeerFault::connection_lost:
        return failed(net::reason_word(fault), "the peer hangs up at our request without a word",
                      known);
    case PeerFault::timed_out:
        return failed(net::reason_word(fault),
                      fmt::format("something takes connections at {} and never answers a request",
                                  where(facts)),
                      "it is overloaded, stuck, or no DICOM peer at all");
    default:
        return failed(net::reason_word(fault),
                      fmt::format("no association: {}", log::printable(step.words, 300)),
                      fault == PeerFault::not_dicom ? "check the port" : "");
    }
}

Verdict judge_echo(const Diagnosis& facts)
{
    const auto& step = facts.step("echo");
    if (!step.fault) {
        return failed("status", fmt::format("the peer is there, but {}", step.words),
                      "the association works; the peer's log may tell what it lacks");
    }
    return failed(net::reason_word(*step.fault),
                  fmt::format("the peer makes associations, but fails at the echo: {}",
                              log::printable(step.words, 300)),
                  "restart the peer's DICOM service, or look into its log");
}

/// What answered no request in HTTP.
Verdict judge_http(const Diagnosis& facts)
{
    const auto& step = facts.step("http");
    if (facts.protocol == Protocol::tls && !facts.tls) {
        return failed(reason_word(TlsTrouble::wants_tls),
                      "the server speaks TLS, and we speak plainly to it", "write https://");
    }
    if (auto ours = judge_our_certificate(facts, step)) {
        return *ours;
    }
    const auto fault = step.fault.value_or(PeerFault::connection_lost);
    if (facts.protocol == Protocol::http) {
        return failed(net::reason_word(fault),
                      fmt::format("a web server listens at {}, but fails at the request: {}",
                                  where(facts), log::printable(step.words, 300)),
                      "the server's log may tell why");
    }
    switch (fault) {
    case PeerFault::timed_out:
        return failed(net::reason_word(fault),
                      fmt::format("something takes connections at {} and never answers a request",
                                  where(facts)),
                      "it is overloaded, stuck, or no web server at all");
    case PeerFault::connection_lost:
    case PeerFault::not_dicom:
        return failed(net::reason_word(fault),
                      fmt::format("what listens at {} is no web server", where(facts)),
                      "check the port; a DICOM peer is named AET@HOST:PORT");
    default:
        return failed(net::reason_word(fault),
                      fmt::format("no answer in HTTP: {}", log::printable(step.words, 300)));
    }
}

/// It is a web server; does it know us, and is it a DICOMweb service?
Verdict judge_dicomweb(const Diagnosis& facts)
{
    const auto& step = facts.step("dicomweb");
    const auto fault = step.fault.value_or(PeerFault::protocol_violation);
    const auto status = facts.service ? facts.service->http_status : 0;
    const bool identified = facts.service && facts.service->identified;
    const auto words = log::printable(step.words, 300);
    switch (status) {
    case 401:
        return failed(net::reason_word(fault),
                      identified ? "the service does not take our credentials"
                                 : "the service wants credentials, and we send none",
                      identified ? "is the token still valid, or the passcode right?"
                                 : "name a token or a user for its node in pacs.toml");
    case 403:
        return failed(net::reason_word(fault), "the service knows us, but we may not search",
                      "have the right to search (QIDO-RS) given to us there");
    case 404:
        return failed(
            net::reason_word(fault),
            fmt::format("a web server answers, but there is no DICOMweb at {}",
                        log::printable(facts.url)),
            "check the path of the URL: /dicom-web, /dicomweb and /api/dicomweb are usual");
    default: break;
    }
    if (fault == PeerFault::protocol_violation) {
        return failed(net::reason_word(fault),
                      fmt::format("a web server answers, but not as DICOMweb does: {}", words),
                      "check the path of the URL");
    }
    return failed(
        net::reason_word(fault), fmt::format("the search failed: {}", words),
        status >= 500 ? "the server's log may tell what it lacks" : "check the path of the URL");
}

/// What is not perfect although the peer answers; the gravest alone.
std::optional<Verdict> judge_blemish(const Diagnosis& facts, const CertificateDays& days)
{
    if (facts.tls_report && !facts.tls_report->faults.empty()) {  // with tls_insecure
        auto verdict = judge_certificate(facts, "all is sent nevertheless, to whoever answers");
        verdict.outcome = Outcome::warning;
        return verdict;
    }
    const auto left = facts.days_left();
    if (left && *left <= static_cast<std::int64_t>(days.warning)) {
        return Verdict{Outcome::warning, reason_word(TlsTrouble::certificate_ends),
                       fmt::format("the peer answers, but its certificate ends in {} days", *left),
                       "have it renewed where the peer is run"};
    }
    const auto& tcp = facts.step("tcp");
    if (tcp.outcome == Outcome::warning && tcp.fault) {
        return Verdict{
            Outcome::warning, net::reason_word(*tcp.fault),
            fmt::format("the peer answers, but not at every address of '{}': {}",
                        log::printable(facts.address.host), log::printable(tcp.words, 300)),
            "have the peer listen at all of them, or take the others out of the name "
            "service"};
    }
    if (!facts.url.empty()) {
        return std::nullopt;
    }
    const auto& echo = facts.step("echo");
    if (echo.outcome == Outcome::warning && echo.fault) {
        return Verdict{Outcome::warning, net::reason_word(*echo.fault),
                       fmt::format("the peer answers, but does not end associations in good order: "
                                   "{}",
                                   log::printable(echo.words, 300)),
                       ""};
    }
    return std::nullopt;
}

}  // namespace

Verdict judge(const Diagnosis& facts, const CertificateDays& days)
{
    const auto broken = [&](std::string_view name) {
        return facts.has_step(name) && facts.step(name).outcome == Outcome::failed;
    };
    if (broken("name")) {
        return judge_name(facts);
    }
    if (broken("tcp")) {
        return judge_tcp(facts);
    }
    if (broken("tls")) {
        return judge_tls(facts);
    }
    if (broken("association")) {
        return judge_association(facts);
    }
    if (broken("echo")) {
        return judge_echo(facts);
    }
    if (broken("http")) {
        return judge_http(facts);
    }
    if (broken("dicomweb")) {
        return judge_dicomweb(facts);
    }
    if (const auto blemish = judge_blemish(facts, days)) {
        return *blemish;
    }
    return {Outcome::ok,
            {},
            facts.url.empty() ? "the peer is there and answers"
                              : "the service is there and answers searches",
            {}};
}

}  // namespace pacs::diagnose
