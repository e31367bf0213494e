#pragma once

#include "net/known_peer.hpp"
#include "net/probe.hpp"
#include "web/http.hpp"

#include <string>

namespace pacs::diagnose {

/// How to speak to a service that was named; nothing is tried again. Throws Error(usage) as
/// web::client_options() does.
web::ClientOptions service_options(const net::KnownPeer& service);

/// Asks for one study by QIDO-RS, the least that a service can be asked for.
web::Answer search(web::Client& client);
/// Holds the answer to search() against PS3.18 10.6.3. Throws web::HttpError for a status that is
/// no success, net::PeerError(protocol_violation) for what is no DICOM JSON.
void check_search(const web::Client& client, const web::Answer& answer);
/// What the service says that it takes at its studies (OPTIONS); empty when it does not tell.
std::string allowed_methods(web::Client& client);

/// The echo of a service: one search over a connection of its own. What the service does wrong is
/// in the result; throws only Error of other kinds.
net::Probe probe(const web::ClientOptions& service);

}  // namespace pacs::diagnose
