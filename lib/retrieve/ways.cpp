#include "retrieve/ways.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/resolve.hpp"
#include "retrieve/copy_way.hpp"
#include "retrieve/web_way.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::retrieve {

namespace {

using net::EndpointKind;

bool is_peer(const net::Endpoint& endpoint)
{
    return endpoint.kind == EndpointKind::peer;
}

bool is_service(const net::Endpoint& endpoint)
{
    return endpoint.kind == EndpointKind::url;
}

bool is_local(const net::Endpoint& endpoint)
{
    return endpoint.kind == EndpointKind::archive || endpoint.kind == EndpointKind::index;
}

std::vector<std::string> ways_of(const WaysOptions& options)
{
    if (is_local(options.endpoint)) {
        return {"copy"};
    }
    if (is_service(options.endpoint)) {
        return {"web"};
    }
    return options.listen ? std::vector<std::string>{"get", "move"}
                          : std::vector<std::string>{"get"};
}

void check(const WaysOptions& options)
{
    const auto refuse = [](const std::string& why, const std::string& hint = {}) {
        throw Error(ErrorKind::usage, "reading the command line: " + why, hint);
    };
    if (!is_peer(options.endpoint) && !is_service(options.endpoint) &&
        !is_local(options.endpoint)) {
        throw Error(ErrorKind::usage,
                    fmt::format("fetching from {}: neither a DICOM peer, nor a DICOMweb service, "
                                "nor an archive, nor an index",
                                log::printable(options.endpoint.text)),
                    "write TITLE@HOST:PORT, https://HOST/PATH, @NAME of pacs.toml, a folder with "
                    "archive.toml, or an index file");
    }
    for (const std::string& way : options.via) {
        const bool known = is_peer(options.endpoint)      ? way == "get" || way == "move"
                           : is_service(options.endpoint) ? way == "web"
                                                          : way == "copy";
        if (!known) {
            refuse(fmt::format("nothing is to be had from this source by {}", log::printable(way)),
                   is_peer(options.endpoint)      ? "a peer has get and move"
                   : is_service(options.endpoint) ? "a DICOMweb service has web"
                                                  : "files are copied, whatever --via says");
        }
    }
    const bool moves = std::ranges::find(options.via, "move") != options.via.end();
    if (moves && !options.listen) {
        refuse("--via move without --listen",
               "say with --listen on which address and port the source can reach us");
    }
    if (options.listen && !is_peer(options.endpoint)) {
        refuse("--listen is for a source that is a DICOM peer");
    }
    if (options.listen && !options.via.empty() && !moves) {
        refuse("--listen without move among --via");
    }
    const auto& tls = options.peer.request.tls;
    if (options.listen && options.listen->tls && (!tls || tls->settings().cert_file.empty())) {
        refuse("--listen-tls without a certificate of ours",
               "give --tls and --tls-cert, or the same in pacs.toml: it is shown to the source "
               "when we call it and when it calls us");
    }
}

/// What the source is spoken to with, the other way round.
std::shared_ptr<const net::TlsContext> server_side(const net::TlsSettings& ours)
{
    return std::make_shared<const net::TlsContext>(net::TlsServerSettings{
        ours.cert_file, ours.key_file, ours.ca_file,
        ours.insecure ? net::ClientCertificate::none : net::ClientCertificate::required});
}

}  // namespace

std::optional<net::ListenAddress> listen_address_of(const std::string& plain,
                                                    const std::string& tls)
{
    if (!plain.empty() && !tls.empty()) {
        throw Error(ErrorKind::usage,
                    "reading the command line: both --listen and --listen-tls are given");
    }
    if (plain.empty() && tls.empty()) {
        return std::nullopt;
    }
    auto address = net::parse_listen_address(plain.empty() ? tls : plain);
    address.tls = plain.empty();
    return address;
}

Ways::Ways(WaysOptions options) : options_(std::move(options))
{
    check(options_);
    if (options_.via.empty()) {
        options_.via = ways_of(options_);
    }
    if (options_.listen) {
        listen();
    }
}

void Ways::listen()
{
    const net::RequestOptions& request = options_.peer.request;
    MoveReceiverOptions how;
    how.listen = *options_.listen;
    how.title = request.calling_ae;
    how.senders = net::resolve(options_.peer.peer.host, Deadline::after(request.connect_timeout),
                               request.stop);
    how.transfer_syntaxes = options_.peer.transfer_syntaxes;
    if (how.listen.tls) {
        how.tls = server_side(request.tls->settings());
    }
    how.idle_timeout = request.idle_timeout;
    how.max_pdu_bytes = request.max_pdu_bytes;
    receiver_ = std::make_unique<MoveReceiver>(how);
    log::info("listening at {} as {}{}", receiver_->address().str(), how.title,
              how.listen.tls ? ", with TLS" : "");
}

std::vector<WayMaker> Ways::makers()
{
    std::vector<WayMaker> makers;
    for (const std::string& way : options_.via) {
        if (way == "get") {
            makers.emplace_back([this] { return get_way(options_.peer); });
        } else if (way == "move") {
            makers.emplace_back([this] { return move_way(options_.peer, *receiver_); });
        } else if (way == "web") {
            makers.emplace_back([this] { return web_way(*options_.web); });
        } else {
            makers.emplace_back([] { return copy_way(); });
        }
    }
    return makers;
}

bool Ways::local() const noexcept
{
    return is_local(options_.endpoint);
}

std::optional<net::ListenAddress> Ways::listening() const
{
    return receiver_ ? std::optional{receiver_->address()} : std::nullopt;
}

}  // namespace pacs::retrieve
