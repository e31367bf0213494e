#include "query/source.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <utility>

namespace pacs::query {

namespace {

[[noreturn]] void refuse(const net::Endpoint& endpoint, std::string_view reason)
{
    throw Error(
        ErrorKind::usage, fmt::format("opening {}: {}", log::printable(endpoint.text), reason),
        "a source is TITLE@HOST:PORT, @NAME of pacs.toml, http(s)://..., an archive folder or an "
        "index");
}

}  // namespace

std::unique_ptr<Source> open_source(const net::Endpoint& endpoint, PeerSourceOptions peer)
{
    switch (endpoint.kind) {
    case net::EndpointKind::peer: return peer_source(endpoint.address, std::move(peer));
    case net::EndpointKind::archive:
    case net::EndpointKind::index: return index_source(endpoint.text, peer.max_duration);
    case net::EndpointKind::url:
        return web_source(web::client_options(peer.web, endpoint.text), peer.max_duration);
    case net::EndpointKind::alias: refuse(endpoint, "an alias that was not looked up");
    case net::EndpointKind::path: break;
    }
    refuse(endpoint, "no archive and no index is there");
}

bool is_usual_cap(std::uint64_t answers) noexcept
{
    constexpr std::uint64_t smallest = 100;
    while (answers >= smallest * 10 && answers % 10 == 0) {
        answers /= 10;
    }
    return answers == 100 || answers == 200 || answers == 250 || answers == 500;
}

}  // namespace pacs::query
