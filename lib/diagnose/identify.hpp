#pragma once

#include "base/deadline.hpp"
#include "diagnose/diagnosis.hpp"

#include <memory>

namespace pacs::diagnose {

/// What a stranger turned out to be.
struct Identified {
    Protocol protocol = Protocol::unknown;
    std::string greeting;                  ///< what it said first, when that was no TLS or DICOM
    std::optional<net::TlsReport> report;  ///< of the handshake that was tried
};

/// Finds out what listens on `peer` by a TLS hello, and where that is met with silence by a line
/// of HTTP: at most three connections of at most `patience` each, all before the deadline in
/// `options`. Sends nothing of ours: no titles, no identity.
Identified identify(const net::Address& peer, const net::TlsSettings& tls,
                    const net::RequestOptions& options, std::chrono::milliseconds patience);

/// What the first bytes from a peer say about its protocol.
Protocol protocol_of(std::string_view first_bytes) noexcept;

}  // namespace pacs::diagnose
