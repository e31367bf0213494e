#include "cli/peer_options.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::cli {

PeerOptions::PeerOptions(Tool& tool, std::initializer_list<std::string_view> keys)
    : options_(tool, peer_keys(), "PACS_", "Association", keys)
{
    tool.offer_nodes();
    const bool identifies = std::find(keys.begin(), keys.end(), "user") != keys.end();
    if (identifies) {
        tool.document_variable("PACS_PASSCODE",
                               "Passcode of the user when no file with one is named");
    }
}

Target PeerOptions::resolve(const Config& config, std::string_view word) const
{
    Target target{std::string{word}, net::classify_endpoint(word), {}};
    if (target.endpoint.kind != net::EndpointKind::alias) {
        target.settings = config.peer_settings(std::nullopt, options_.given());
        return target;
    }
    const std::string name = target.endpoint.text;
    const Node& node = config.node(name);
    try {
        target.endpoint = net::classify_endpoint(node.address);
    } catch (const Error& error) {
        throw Error(ErrorKind::usage, fmt::format("reading {}: {}", node.where, error.what()));
    }
    if (target.endpoint.kind == net::EndpointKind::alias) {
        throw Error(ErrorKind::usage, fmt::format("reading {}: an alias of an alias", node.where));
    }
    target.settings = config.peer_settings(name, options_.given());
    return target;
}

Target PeerOptions::resolve_peer(const Config& config, std::string_view word) const
{
    Target target = resolve(config, word);
    if (target.endpoint.kind != net::EndpointKind::peer) {
        throw Error(
            ErrorKind::usage,
            fmt::format("reading the command line: {} is no DICOM peer", log::printable(word)),
            "write AET@HOST:PORT, or @NAME of a node in pacs.toml");
    }
    return target;
}

net::RequestOptions request_options(const PeerSettings& settings)
{
    net::RequestOptions options;
    options.calling_ae = settings.calling;
    options.connect_timeout = settings.connect_timeout;
    options.negotiation_timeout = settings.connect_timeout;
    options.idle_timeout = settings.timeout;
    options.max_pdu_bytes = settings.max_pdu;
    const auto window = static_cast<std::uint16_t>(settings.async_window);
    options.window = {window, 1};
    options.stop.fd = StopFlag::instance().fd();
    if (!settings.user.empty()) {
        using Type = net::UserIdentity::Type;
        const std::string passcode = passcode_of(settings);
        options.identity = net::UserIdentity{passcode.empty() ? Type::username : Type::passcode,
                                             false, settings.user, passcode};
    }
    return options;
}

}  // namespace pacs::cli
