#include "base/log.hpp"
#include "diagnose/judgements.hpp"

#include <fmt/format.h>

namespace pacs::diagnose {

using net::PeerFault;

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

}  // namespace pacs::diagnose
