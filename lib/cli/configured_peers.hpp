#pragma once

#include "base/config.hpp"
#include "net/address.hpp"
#include "net/association.hpp"

#include <string_view>
#include <vector>

namespace pacs::cli {

/// A node of pacs.toml that is a DICOM peer, for a program that calls others by itself.
struct ConfiguredPeer {
    net::Address address;
    /// As its settings say; the calling title is empty where nobody set one.
    net::RequestOptions request;
    unsigned max_associations = 0;  ///< 0: no limit
};

/// Those that are allowed `right` ("receive"), by the name of the node. One that cannot be used
/// (its certificates cannot be read) is left out with a warning, so that it does not keep the
/// others from being served. Throws Error(usage) for what is wrong in the file.
std::vector<ConfiguredPeer> configured_peers(const Config& config, std::string_view right);

/// How a peer is spoken to that no node stands for: [defaults] and PACS_*.
net::RequestOptions default_request(const Config& config);

}  // namespace pacs::cli
