#pragma once

#include "archive/ingest.hpp"
#include "base/settings.hpp"
#include "daemon/commitment_service.hpp"
#include "daemon/destinations.hpp"
#include "daemon/gatekeeper.hpp"
#include "net/server.hpp"

#include <memory>
#include <vector>

/// From the daemon's settings to what the layers below it want to know.
namespace pacs::daemon {

/// Whom we answer, and what we accept: Verification, C-FIND, C-MOVE and C-GET of Patient and Study
/// Root in every native transfer syntax, and every storage class or class unknown to the registry
/// in whatever the requestor prefers, because objects are stored as they come; a requestor may be
/// SCP of these (C-GET).
/// Who may have what of it, `gatekeeper` decides; nullptr: everybody everything.
std::shared_ptr<const net::AcceptRules> accept_rules(
    const ArchivedSettings& settings, std::shared_ptr<const Gatekeeper> gatekeeper = {});

net::ServerLimits server_limits(const ArchivedSettings& settings);
archive::IngestOptions ingest_options(const ArchivedSettings& settings);
CommitmentOptions commitment_options(const ArchivedSettings& settings);
/// Where requestors of storage commitment listen, and how they are spoken to.
CommitmentService::FindPeer commitment_peers(const Destinations& requestors);
archive::Durability durability(const ArchivedSettings& settings);

/// The addresses to listen on, those with TLS last. Throws Error(usage) when there are none or one
/// is malformed.
std::vector<net::ListenAddress> listen_addresses(const ArchivedSettings& settings);

/// What TLS is spoken with, the files read; nullptr when there is no address for it. Throws as
/// net::TlsContext.
std::shared_ptr<const net::TlsContext> tls_context(const ArchivedSettings& settings);

/// Throws Error(usage) naming the setting: no archive, neither titles nor any_aet, a title that is
/// none, nowhere to listen, a destination that is no address.
void check(const ArchivedSettings& settings);

}  // namespace pacs::daemon
