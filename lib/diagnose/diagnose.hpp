#pragma once

#include "diagnose/diagnosis.hpp"
#include "web/http.hpp"

namespace pacs::diagnose {

/// How far to look.
struct Options {
    std::uint64_t echoes = 10;                   ///< for the round trips, one after the other
    std::chrono::milliseconds echo_interval{0};  ///< from the beginning of one to the next
    std::chrono::milliseconds identify_patience{3000};  ///< for each look at a stranger
    CertificateDays certificate_days;
};

/// Goes the whole way to an echo and notes each step: resolves the name, connects to each of its
/// addresses, speaks TLS when `options.tls` is there, asks for an association with Verification,
/// echoes, and releases. Where the peer turns out to be a stranger it is found out what it speaks
/// (identify()). The user identity, when there is one, asks for a response, and is never sent to a
/// peer whose certificate is wrong or that speaks plainly where TLS was wanted.
///
/// Ends within the connecting and idle time of `options` for each step; what the peer does wrong is
/// in the diagnosis, verdict included. Throws PeerError(stopped), and Error of other kinds.
Diagnosis diagnose(std::string node, const net::Address& peer, const net::RequestOptions& options,
                   const net::TlsSettings& tls, const Options& how);

/// The same for a DICOMweb service: resolves its name, connects to each address, speaks TLS when
/// its URL says so, then asks for one study by QIDO-RS (PS3.18 10.6), `how.echoes` times, and holds
/// the answer against the standard. Credentials are not sent unless the steps before went well.
/// Nothing is tried again.
Diagnosis diagnose(std::string node, const web::ClientOptions& service, const Options& how);

}  // namespace pacs::diagnose
