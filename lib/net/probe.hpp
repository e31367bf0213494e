#pragma once

#include "net/association.hpp"
#include "net/status.hpp"

#include <optional>
#include <string>

namespace pacs::net {

/// Whether a peer is there, and if not, how far we came.
struct Probe {
    std::optional<PeerFault> fault;  ///< what went wrong, when something did
    PeerStage stage = PeerStage::resolve;
    std::string message;  ///< of the fault, or a failure status in words; foreign text within
    std::string hint;
    std::optional<Status> status;              ///< when the peer answered the C-ECHO
    std::optional<unsigned> http_status = {};  ///< when a DICOMweb service answered
    double connect_seconds = 0;                ///< to resolve, connect and negotiate
    double echo_seconds = 0;                   ///< from the request to its answer
    std::string implementation;       ///< of the peer: its version name, else its class UID
    std::uint32_t max_pdu_bytes = 0;  ///< of the peer; 0: no limit

    /// It answered with success; a fault on the way out (release) does not undo that.
    bool alive() const noexcept
    {
        return (status && status->success()) ||
               (http_status && *http_status >= 200 && *http_status < 300);
    }
    bool answered() const noexcept { return status.has_value() || http_status.has_value(); }
};

/// One C-ECHO over an association of its own, PS3.4 Annex A: connects, negotiates Verification,
/// asks, releases. What the peer does wrong is in the result; throws only Error of other kinds.
Probe probe(const Address& peer, const RequestOptions& options);

}  // namespace pacs::net
