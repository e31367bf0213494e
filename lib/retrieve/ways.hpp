#pragma once

#include "net/address.hpp"
#include "retrieve/move_receiver.hpp"
#include "retrieve/peer_ways.hpp"
#include "web/http.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pacs::retrieve {

struct WaysOptions {
    net::Endpoint endpoint;                 ///< the source
    PeerWayOptions peer;                    ///< how to speak to it, when it is a peer
    std::optional<web::ClientOptions> web;  ///< the same, when it is a DICOMweb service
    /// "get", "move", "web": the ways to try, in this order. Empty: what the kind of source has;
    /// for a peer C-GET, then, with `listen`, C-MOVE.
    std::vector<std::string> via;
    /// Where the source can send to. With `tls`, which `peer` must have, too: the source must show
    /// a certificate that those trusted for `peer` vouch for (unless nothing is to be checked), and
    /// ours is the one shown to `peer`.
    std::optional<net::ListenAddress> listen;
};

/// From what was given as the address to listen on without and with TLS, at most one of them.
/// Throws Error(usage) for both, and as net::parse_listen_address().
std::optional<net::ListenAddress> listen_address_of(const std::string& plain,
                                                    const std::string& tls);

/// The ways to a source, and the listener that C-MOVE needs.
class Ways {
public:
    /// Starts the listener when it is needed: throws as net::listen_on() and net::TlsContext, and
    /// net::PeerError when the source's addresses cannot be found. Error(usage) for a way that the
    /// source cannot have, for a source that is none, and for TLS without a certificate of ours.
    explicit Ways(WaysOptions options);

    /// This must outlive what they make.
    std::vector<WayMaker> makers();
    /// Whether the source's own files can be read: an archive or an index.
    bool local() const noexcept;
    /// Where the listener is; nullopt: there is none.
    std::optional<net::ListenAddress> listening() const;

private:
    void listen();

    WaysOptions options_;
    std::unique_ptr<MoveReceiver> receiver_;
};

}  // namespace pacs::retrieve
