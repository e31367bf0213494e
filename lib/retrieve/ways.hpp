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
    std::optional<net::ListenAddress> listen;  ///< where the source can send to
};

/// The ways to a source, and the listener that C-MOVE needs.
class Ways {
public:
    /// Starts the listener when it is needed: throws as net::listen_on(), and net::PeerError when
    /// the source's addresses cannot be found. Error(usage) for a way that the source cannot have
    /// and for a source that is none.
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
