#pragma once

#include "base/settings.hpp"
#include "net/association.hpp"
#include "net/tls.hpp"

#include <string>

namespace pacs::net {

/// A peer, or a DICOMweb service, with all that is needed to speak to it.
struct KnownPeer {
    std::string node;  ///< as it was named: "@old"
    Address address;
    RequestOptions request;
    TlsSettings tls;  ///< those of `request.tls`, or what TLS would use if it were wanted
    /// Of a DICOMweb service, which has no `address`; empty for a DICOM peer.
    std::string url = {};
    PeerSettings settings = {};  ///< of a service
};

}  // namespace pacs::net
