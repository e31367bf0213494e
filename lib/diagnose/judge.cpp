#include "diagnose/judge.hpp"

#include "base/log.hpp"
#include "diagnose/judgements.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::diagnose {

using net::PeerFault;

namespace {

constexpr std::size_t greeting_shown = 60;

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

std::string where(const Diagnosis& facts)
{
    return log::printable(net::ListenAddress{facts.address.host, facts.address.port}.str());
}

Verdict failed(std::string_view reason, std::string words, std::string hint)
{
    return {Outcome::failed, reason, std::move(words), std::move(hint)};
}

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
