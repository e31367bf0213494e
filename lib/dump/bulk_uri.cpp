#include "dump/bulk_uri.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace pacs::dump {

namespace {

constexpr std::string_view scheme = "file:";

bool is_plain(char c) noexcept
{
    constexpr std::string_view others = "-._~/";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

std::optional<std::string> percent_decoded(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        unsigned byte = 0;
        const std::string_view digits = text.substr(at + 1, 2);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2 || byte == 0) {
            return std::nullopt;
        }
        out += static_cast<char>(byte);
        at += 2;
    }
    return out;
}

bool parse_count(std::string_view text, std::uint64_t& value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

/// "offset=1&length=2" in either order; each at most once.
bool parse_query(std::string_view query, ByteRange& range)
{
    bool offset = false;
    bool length = false;
    while (!query.empty()) {
        const std::string_view part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(part.size() + 1, query.size()));
        bool& seen = part.starts_with("offset=") ? offset : length;
        std::uint64_t& value = part.starts_with("offset=") ? range.offset : range.length;
        const bool known = part.starts_with("offset=") || part.starts_with("length=");
        if (!known || seen || !parse_count(part.substr(7), value)) {
            return false;
        }
        seen = true;
    }
    return offset && length;
}

}  // namespace

std::string bulk_uri(const std::filesystem::path& file, const ByteRange& range)
{
    std::string uri = "file://";
    const std::string path = std::filesystem::absolute(file).lexically_normal().native();
    for (const char c : path) {
        if (is_plain(c)) {
            uri += c;
        } else {
            fmt::format_to(std::back_inserter(uri), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    fmt::format_to(std::back_inserter(uri), "?offset={}&length={}", range.offset, range.length);
    return uri;
}

std::optional<BulkPlace> parse_bulk_uri(std::string_view uri)
{
    if (!uri.starts_with(scheme)) {
        return std::nullopt;
    }
    uri.remove_prefix(scheme.size());
    if (uri.starts_with("//localhost/")) {
        uri.remove_prefix(11);
    } else if (uri.starts_with("///")) {
        uri.remove_prefix(2);
    }
    const auto question = uri.find('?');
    const auto path = percent_decoded(uri.substr(0, question));
    BulkPlace place;
    if (!path || !path->starts_with('/') || path->starts_with("//") ||
        path->find('\0') != std::string::npos) {
        return std::nullopt;
    }
    place.file = *path;
    if (question != std::string_view::npos && !parse_query(uri.substr(question + 1), place.range)) {
        return std::nullopt;
    }
    return place;
}

}  // namespace pacs::dump
