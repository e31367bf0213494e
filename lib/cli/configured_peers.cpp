#include "cli/configured_peers.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/peer_options.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace pacs::cli {

namespace {

net::RequestOptions request_of(const PeerSettings& settings)
{
    net::RequestOptions request = request_options(settings);
    if (settings.calling == PeerSettings{}.calling) {
        request.calling_ae.clear();
    }
    return request;
}

}  // namespace

std::vector<ConfiguredPeer> configured_peers(const Config& config, std::string_view right)
{
    std::vector<ConfiguredPeer> peers;
    for (const auto& [name, node] : config.nodes()) {
        const std::vector<std::string>& allowed = node.caller.allow;
        if (node.address.empty() || std::ranges::find(allowed, right) == allowed.end()) {
            continue;
        }
        const net::Endpoint endpoint = net::classify_endpoint(node.address);
        if (endpoint.kind != net::EndpointKind::peer) {
            continue;
        }
        const PeerSettings settings = config.peer_settings(name, {});
        try {
            peers.push_back({endpoint.address, request_of(settings), settings.max_associations});
        } catch (const Error& error) {
            log::warning("node {} cannot be used: {}", log::printable(name), error.what());
        }
    }
    return peers;
}

net::RequestOptions default_request(const Config& config)
{
    return request_of(config.peer_settings(std::nullopt, {}));
}

}  // namespace pacs::cli
