#include "base/log.hpp"
#include "diagnose/judgements.hpp"

#include <fmt/format.h>

namespace pacs::diagnose {

using net::CertificateFault;
using net::PeerFault;

namespace {

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

}  // namespace

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

}  // namespace pacs::diagnose
