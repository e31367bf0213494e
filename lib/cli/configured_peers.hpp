#pragma once

#include "base/config.hpp"
#include "net/address.hpp"
#include "net/association.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::cli {

/// A node of pacs.toml that is a DICOM peer, for a program that calls others by itself.
struct ConfiguredPeer {
    std::string title;  ///< it calls us with; that of its address unless the node says otherwise
    net::Address address;
    /// As its settings say; the calling title is empty where nobody set one.
    net::RequestOptions request;
    unsigned max_associations = 0;   ///< 0: no limit
    std::vector<std::string> allow;  ///< what it may do with us

    bool may(std::string_view right) const;  ///< "receive"
};

/// All of them, by the name of the node. One that cannot be used (its certificates cannot be read)
/// is left out, so that it does not keep the others from being served; with a warning when it is
/// allowed anything.
std::vector<ConfiguredPeer> configured_peers(const Config& config);

/// How a peer is spoken to that no node stands for: [defaults] and PACS_*.
net::RequestOptions default_request(const Config& config);

}  // namespace pacs::cli
