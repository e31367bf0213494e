#include "net/tls.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pacs::net {

namespace {

/// From the gravest: what a person must know first.
constexpr std::array gravity{CertificateFault::wrong_name,     CertificateFault::expired,
                             CertificateFault::not_yet_valid,  CertificateFault::self_signed,
                             CertificateFault::unknown_issuer, CertificateFault::weak,
                             CertificateFault::other};

std::string issuer_words(const TlsReport::Fault& fault)
{
    if (fault.issuer.empty()) {
        return "the certificate is from an issuer we do not trust";
    }
    const auto issuer = log::printable(fault.issuer);
    return fault.issuer == fault.subject
               ? fmt::format("the chain of certificates ends at {}, which we do not trust", issuer)
               : fmt::format(
                     "the chain of certificates breaks off: {}, the issuer of {}, was not "
                     "sent and is not among those we trust",
                     issuer, log::printable(fault.subject));
}

}  // namespace

std::string_view to_string(CertificateFault fault) noexcept
{
    switch (fault) {
    case CertificateFault::expired: return "has expired";
    case CertificateFault::not_yet_valid: return "is not yet valid";
    case CertificateFault::self_signed: return "is self-signed and not among those we trust";
    case CertificateFault::unknown_issuer: return "is from an issuer we do not trust";
    case CertificateFault::wrong_name: return "is for another host";
    case CertificateFault::weak: return "is too weak to be safe";
    case CertificateFault::other: return "is not to be trusted";
    }
    return "is not to be trusted";
}

const TlsReport::Fault* TlsReport::find(CertificateFault kind) const noexcept
{
    const auto found = std::find_if(faults.begin(), faults.end(),
                                    [&](const Fault& fault) { return fault.kind == kind; });
    return found == faults.end() ? nullptr : &*found;
}

std::string certificate_words(const TlsReport& report)
{
    for (const auto kind : gravity) {
        const auto* const fault = report.find(kind);
        if (fault == nullptr) {
            continue;
        }
        if (kind == CertificateFault::unknown_issuer) {
            return issuer_words(*fault);
        }
        const std::string_view whose =
            fault->depth == 0 ? "the certificate" : "a certificate of the chain";
        return kind == CertificateFault::other
                   ? fmt::format("{} {}: {}", whose, to_string(kind), fault->words)
                   : fmt::format("{} {}", whose, to_string(kind));
    }
    return {};
}

}  // namespace pacs::net
