#include "web/url.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pacs::web {

namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

[[noreturn]] void fail(std::string_view reason, std::string hint = {})
{
    // The text is not repeated: a passcode may be in it.
    throw Error(ErrorKind::usage, fmt::format("reading the URL of a DICOMweb service: {}", reason),
                std::move(hint));
}

bool is_unreserved(char c) noexcept
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool is_path_character(char c) noexcept
{
    constexpr std::string_view others = "/%:@!$&'()*+,;=";
    return is_unreserved(c) || others.find(c) != std::string_view::npos;
}

bool is_host(std::string_view host, bool bracketed) noexcept
{
    constexpr std::size_t longest = 253;  // RFC 1035
    const auto fits = [bracketed](char c) {
        return bracketed ? (is_unreserved(c) || c == ':' || c == '%') : is_unreserved(c);
    };
    return !host.empty() && host.size() <= longest && std::all_of(host.begin(), host.end(), fits);
}

std::uint16_t read_port(std::string_view digits)
{
    std::uint16_t port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, port);
    if (digits.empty() || error != std::errc{} || stopped != end || port == 0) {
        fail("the port is not a number from 1 to 65535");
    }
    return port;
}

void read_authority(ServiceUrl& url, std::string_view text)
{
    if (text.find('@') != std::string_view::npos) {
        fail("it has a user or passcode in it",
             "name them with --user and --passcode-file, or in pacs.toml");
    }
    const bool bracketed = text.starts_with('[');
    const auto close = bracketed ? text.find(']') : 0;
    if (close == std::string_view::npos) {
        fail("the bracket of the IPv6 address is not closed");
    }
    const auto colon = text.find(':', close);
    const auto host = text.substr(0, colon);
    url.host = bracketed ? host.substr(1, host.size() - 2) : host;
    if (!is_host(url.host, bracketed) || (bracketed && host.size() != close + 1)) {
        fail("the host is no name or address", "write http://HOST[:PORT][/PATH] or https://...");
    }
    url.port = url.secure ? https_port : http_port;
    if (colon != std::string_view::npos) {
        url.port = read_port(text.substr(colon + 1));
    }
}

}  // namespace

std::string ServiceUrl::host_port() const
{
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                               : fmt::format("[{}]:{}", host, port);
}

std::string ServiceUrl::str() const
{
    std::string place = host_port();
    if (port == (secure ? https_port : http_port)) {
        place.resize(place.rfind(':'));
    }
    return fmt::format("{}://{}{}", secure ? "https" : "http", place, root);
}

bool ServiceUrl::loopback() const noexcept
{
    const bool digits = host.find_first_not_of("0123456789.") == std::string::npos;
    return host == "localhost" || host == "::1" || (digits && host.starts_with("127."));
}

ServiceUrl parse_service_url(std::string_view text)
{
    ServiceUrl url;
    url.secure = text.starts_with("https://");
    if (!url.secure && !text.starts_with("http://")) {
        fail("it begins with neither http:// nor https://");
    }
    text.remove_prefix(url.secure ? 8 : 7);
    if (text.find_first_of("?#") != std::string_view::npos) {
        fail("a query or fragment is no part of it", "write the root of the service alone");
    }
    const auto slash = std::min(text.find('/'), text.size());
    read_authority(url, text.substr(0, slash));
    url.root = text.substr(slash);
    if (!std::all_of(url.root.begin(), url.root.end(), is_path_character)) {
        fail("a character in its path must be percent-encoded");
    }
    url.root.resize(url.root.find_last_not_of('/') + 1);
    return url;
}

std::string percent_encoded(std::string_view text, std::string_view others)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c) || others.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex[byte >> 4U];
        out += hex[byte & 0xFU];
    }
    return out;
}

}  // namespace pacs::web
