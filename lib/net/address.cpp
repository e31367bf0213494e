#include "net/address.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace pacs::net {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string_view text, std::string_view reason, std::string hint = {})
{
    throw Error(ErrorKind::usage,
                fmt::format("reading address '{}': {}", log::printable(text), reason),
                std::move(hint));
}

constexpr std::string_view address_hint = "write AE@HOST:PORT, for example ARCHIVE@127.0.0.1:11112";

/// `zero_allowed`: port 0 lets the system choose, which only makes sense to listen.
std::uint16_t read_port(std::string_view whole, std::string_view digits, bool zero_allowed)
{
    std::uint16_t port = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, port);
    if (digits.empty() || error != std::errc{} || stopped != end || (port == 0 && !zero_allowed)) {
        fail(whole, fmt::format("port '{}' is not a number from {} to 65535",
                                log::printable(digits), zero_allowed ? 0 : 1));
    }
    return port;
}

bool is_host_character(char c) noexcept
{
    const auto byte = static_cast<unsigned char>(c);
    constexpr unsigned char first_printable = 0x21;
    constexpr unsigned char del = 0x7F;
    return byte >= first_printable && byte != del && c != '[' && c != ']' && c != '/' && c != '@';
}

struct HostPort {
    std::string_view host;
    std::string_view port;
    bool has_port = false;
};

/// Splits "HOST:PORT" and "[IPv6]:PORT"; the colon of the port is the last one, and an IPv6
/// address without brackets is a mistake, not a guess.
HostPort split_host_port(std::string_view whole, std::string_view text)
{
    HostPort result;
    if (!text.empty() && text.front() == '[') {
        const auto close = text.find(']');
        if (close == std::string_view::npos) {
            fail(whole, "the bracket of the IPv6 address is not closed");
        }
        result.host = text.substr(1, close - 1);
        const auto rest = text.substr(close + 1);
        if (!rest.empty() && rest.front() != ':') {
            fail(whole, "only a colon and the port may follow the bracket");
        }
        result.has_port = !rest.empty();
        result.port = rest.empty() ? rest : rest.substr(1);
        return result;
    }
    const auto colon = text.rfind(':');
    result.has_port = colon != std::string_view::npos;
    result.host = text.substr(0, colon);
    result.port = result.has_port ? text.substr(colon + 1) : std::string_view{};
    if (result.host.find(':') != std::string_view::npos) {
        fail(whole, "an IPv6 address must stand in brackets, as in [::1]:104");
    }
    return result;
}

void check_host(std::string_view whole, std::string_view host)
{
    constexpr std::size_t longest_name = 253;  // RFC 1035
    if (host.empty()) {
        fail(whole, "the host is missing", std::string{address_hint});
    }
    if (host.size() > longest_name || !std::all_of(host.begin(), host.end(), is_host_character)) {
        fail(whole, fmt::format("'{}' is no host name or address", log::printable(host)));
    }
}

std::string join_host_port(std::string_view host, std::uint16_t port)
{
    const bool bracketed = host.find(':') != std::string_view::npos;
    return bracketed ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

bool is_sqlite_file(const fs::path& path)
{
    constexpr std::string_view magic{"SQLite format 3\0", 16};
    std::array<char, magic.size()> head{};
    std::ifstream file{path, std::ios::binary};
    file.read(head.data(), head.size());
    return static_cast<std::size_t>(file.gcount()) == head.size() &&
           std::string_view{head.data(), head.size()} == magic;
}

EndpointKind kind_of_path(const fs::path& path)
{
    std::error_code ignored;  // what cannot be looked at is just a path; opening it will say why
    if (fs::is_directory(path, ignored)) {
        return fs::exists(path / "archive.toml", ignored) ? EndpointKind::archive
                                                          : EndpointKind::path;
    }
    if (path.extension() == ".db" || (fs::is_regular_file(path, ignored) && is_sqlite_file(path))) {
        return EndpointKind::index;
    }
    return EndpointKind::path;
}

bool looks_like_peer(std::string_view word)
{
    std::error_code ignored;
    const auto at = word.find('@');
    return at != std::string_view::npos && word.substr(0, at).find('/') == std::string_view::npos &&
           !fs::exists(fs::path{word}, ignored);
}

}  // namespace

bool is_valid_ae_title(std::string_view title) noexcept
{
    constexpr std::size_t longest = 16;
    constexpr char first = 0x20;
    constexpr char last = 0x7E;
    return !title.empty() && title.size() <= longest &&
           std::all_of(title.begin(), title.end(),
                       [](char c) { return c >= first && c <= last && c != '\\'; }) &&
           title.find_first_not_of(' ') != std::string_view::npos;
}

std::string Address::str() const
{
    return fmt::format("{}@{}", ae, join_host_port(host, port));
}

Address parse_address(std::string_view text)
{
    const auto at = text.find('@');
    if (at == std::string_view::npos) {
        fail(text, "the AE title is missing", std::string{address_hint});
    }
    const auto title = text.substr(0, at);
    if (!is_valid_ae_title(title)) {
        fail(text, fmt::format("'{}' is no AE title: 1 to 16 printable characters, no backslash",
                               log::printable(title)));
    }
    const auto parts = split_host_port(text, text.substr(at + 1));
    check_host(text, parts.host);
    if (!parts.has_port) {
        fail(text, "the port is missing", std::string{address_hint});
    }
    return Address{std::string{title}, std::string{parts.host}, read_port(text, parts.port, false)};
}

std::string ListenAddress::str() const
{
    return join_host_port(host.empty() ? "127.0.0.1" : host, port);
}

ListenAddress parse_listen_address(std::string_view text)
{
    if (text.find_first_not_of("0123456789") == std::string_view::npos) {
        return ListenAddress{{}, read_port(text, text, true)};
    }
    const auto parts = split_host_port(text, text);
    check_host(text, parts.host);
    if (!parts.has_port) {
        fail(text, "the port is missing", "write PORT, HOST:PORT or [IPv6]:PORT");
    }
    return ListenAddress{std::string{parts.host}, read_port(text, parts.port, true)};
}

Endpoint classify_endpoint(std::string_view word)
{
    Endpoint endpoint{EndpointKind::path, std::string{word}, {}};
    if (word.starts_with('@')) {
        if (word.size() == 1) {
            fail(word, "the name after '@' is missing");
        }
        endpoint.kind = EndpointKind::alias;
        endpoint.text.erase(0, 1);
    } else if (word.starts_with("http://") || word.starts_with("https://")) {
        endpoint.kind = EndpointKind::url;
    } else if (looks_like_peer(word)) {
        endpoint.kind = EndpointKind::peer;
        endpoint.address = parse_address(word);
    } else {
        endpoint.kind = kind_of_path(fs::path{word});
    }
    return endpoint;
}

}  // namespace pacs::net
