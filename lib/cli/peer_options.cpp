#include "cli/peer_options.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::cli {

namespace {

bool speaks_tls(const Target& target)
{
    return target.settings.tls || (target.endpoint.kind == net::EndpointKind::url &&
                                   target.endpoint.text.starts_with("https://"));
}

/// An option that would do nothing is a mistake: who names certificates wants TLS.
void refuse_idle_tls(const Assignments& given, const Target& target)
{
    const auto about_tls = [](const Assignment& each) { return each.key.starts_with("tls_"); };
    const auto found = std::find_if(given.begin(), given.end(), about_tls);
    if (found != given.end() && !speaks_tls(target)) {
        throw Error(ErrorKind::usage,
                    fmt::format("reading the command line: {} without TLS to {}", found->where,
                                log::printable(target.word)),
                    "add --tls");
    }
}

/// Once for each peer named, as often as the tool runs: it must not be forgotten.
void warn_of_insecure_tls(const Target& target)
{
    if (speaks_tls(target) && target.settings.tls_insecure) {
        log::warning("the TLS of {} is not checked: whoever answers is believed to be the peer",
                     log::printable(target.word));
    }
}

std::vector<std::string_view> with_tls(std::vector<std::string_view> keys)
{
    for (const auto& key : peer_keys()) {
        if (key.name == "tls" || key.name.starts_with("tls_")) {
            keys.push_back(key.name);
        }
    }
    return keys;
}

}  // namespace

PeerOptions::PeerOptions(Tool& tool, std::vector<std::string_view> keys)
    : options_(tool, peer_keys(), "PACS_", "Association", with_tls(keys))
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
        refuse_idle_tls(options_.given(), target);
        warn_of_insecure_tls(target);
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
    refuse_idle_tls(options_.given(), target);
    warn_of_insecure_tls(target);
    return target;
}

Target PeerOptions::resolve_peer(const Config& config, std::string_view word,
                                 const std::string& hint) const
{
    Target target = resolve(config, word);
    if (target.endpoint.kind != net::EndpointKind::peer) {
        throw Error(
            ErrorKind::usage,
            fmt::format("reading the command line: {} is no DICOM peer", log::printable(word)),
            hint);
    }
    return target;
}

TitledEntity PeerOptions::resolve_entity(const Config& config, std::string_view word) const
{
    // a title may have a slash; who writes one means a path or an address
    if (word.find_first_of("@/") == std::string_view::npos && net::is_valid_ae_title(word)) {
        return {std::string{word}, std::nullopt};
    }
    Target target = resolve_peer(config, word);
    return {target.endpoint.address.ae, std::move(target)};
}

std::vector<net::KnownPeer> PeerOptions::known_peers(const Config& config,
                                                     const std::vector<std::string>& words,
                                                     bool all, bool services) const
{
    std::vector<net::KnownPeer> peers;
    const auto add = [&peers, services](const Target& target) {
        const auto same = [&](const net::KnownPeer& each) { return each.node == target.word; };
        if (std::any_of(peers.begin(), peers.end(), same)) {
            return;
        }
        if (services && target.endpoint.kind == net::EndpointKind::url) {
            net::KnownPeer service{target.word, {}, {}, tls_settings(target.settings)};
            service.url = target.endpoint.text;
            service.settings = target.settings;
            peers.push_back(std::move(service));
        } else if (target.endpoint.kind == net::EndpointKind::peer) {
            peers.push_back({target.word, target.endpoint.address, request_options(target.settings),
                             tls_settings(target.settings)});
        }
    };
    for (const auto& [name, node] : config.nodes()) {
        if (all && !node.address.empty()) {
            add(resolve(config, "@" + name));
        }
    }
    for (const std::string& word : words) {
        const Target target = resolve(config, word);
        const bool service = services && target.endpoint.kind == net::EndpointKind::url;
        add(service ? target : resolve_peer(config, word));
    }
    if (peers.empty() && all) {
        throw Error(ErrorKind::usage, "reading the configuration: no node is a DICOM peer",
                    "see pacs.toml(5)");
    }
    if (peers.empty()) {
        throw Error(ErrorKind::usage, "reading the command line: PEER is required",
                    "name one, or say --all");
    }
    return peers;
}

net::TlsSettings tls_settings(const PeerSettings& settings)
{
    return {settings.tls_ca, settings.tls_cert, settings.tls_key, settings.tls_name,
            settings.tls_insecure};
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
    if (settings.tls) {
        options.tls = std::make_shared<const net::TlsContext>(tls_settings(settings));
    }
    if (!settings.user.empty()) {
        using Type = net::UserIdentity::Type;
        const std::string passcode = passcode_of(settings);
        options.identity = net::UserIdentity{passcode.empty() ? Type::username : Type::passcode,
                                             false, settings.user, passcode};
    }
    return options;
}

}  // namespace pacs::cli
