#pragma once

#include "net/association.hpp"
#include "net/tls.hpp"

#include <string>

namespace pacs::net {

/// A peer with all that is needed to speak to it.
struct KnownPeer {
    std::string node;  ///< as it was named: "@old"
    Address address;
    RequestOptions request;
    TlsSettings tls;  ///< those of `request.tls`, or what TLS would use if it were wanted
};

}  // namespace pacs::net
