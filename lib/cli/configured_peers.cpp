#include "cli/configured_peers.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "cli/peer_options.hpp"

#include <fmt/format.h>

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

ConfiguredPeer configured_peer(const Config& config, const Node& node, const net::Address& address)
{
    const PeerSettings settings = config.peer_settings(node.name, {});
    return {node.caller.title.empty() ? address.ae : node.caller.title, address,
            request_of(settings), settings.max_associations, node.caller.allow};
}

}  // namespace

bool ConfiguredPeer::may(std::string_view right) const
{
    return std::find(allow.begin(), allow.end(), right) != allow.end();
}

std::vector<ConfiguredPeer> configured_peers(const Config& config)
{
    std::vector<ConfiguredPeer> peers;
    for (const auto& [name, node] : config.nodes()) {
        if (node.address.empty()) {
            continue;
        }
        try {
            const net::Endpoint endpoint = net::classify_endpoint(node.address);
            if (endpoint.kind == net::EndpointKind::peer) {
                peers.push_back(configured_peer(config, node, endpoint.address));
            }
        } catch (const Error& error) {
            log::write(
                node.caller.allow.empty() ? log::Level::info : log::Level::warning,
                fmt::format("node {} cannot be used: {}", log::printable(name), error.what()));
        }
    }
    return peers;
}

net::RequestOptions default_request(const Config& config)
{
    return request_of(config.peer_settings(std::nullopt, {}));
}

}  // namespace pacs::cli
