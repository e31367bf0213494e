#include "base/address_range.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/units.hpp"

#include <arpa/inet.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace pacs {

namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr unsigned mapped_bits = 96;  ///< of the prefix that IPv4 has within IPv6
constexpr unsigned all_bits = 128;

struct Parsed {
    Bytes bytes{};
    bool ipv4 = false;
};

std::optional<Parsed> read_address(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> copy{};
    if (text.empty() || text.size() >= copy.size()) {
        return std::nullopt;
    }
    std::copy(text.begin(), text.end(), copy.begin());
    Parsed parsed;
    if (::inet_pton(AF_INET6, copy.data(), parsed.bytes.data()) == 1) {
        return parsed;
    }
    constexpr std::size_t where = 12;
    parsed.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    parsed.ipv4 = ::inet_pton(AF_INET, copy.data(), parsed.bytes.data() + where) == 1;
    return parsed.ipv4 ? std::optional{parsed} : std::nullopt;
}

/// `bytes` with all bits after the first `count` cleared.
Bytes prefix(Bytes bytes, unsigned count) noexcept
{
    for (unsigned at = 0; at < bytes.size(); ++at) {
        const unsigned kept = std::clamp(count, at * 8, at * 8 + 8) - at * 8;
        bytes.at(at) = static_cast<std::uint8_t>(bytes.at(at) & (0xFF00U >> kept));
    }
    return bytes;
}

[[noreturn]] void refuse(std::string_view text, std::string_view why)
{
    throw Error(ErrorKind::usage, fmt::format("'{}' {}", log::printable(text), why));
}

}  // namespace

AddressRange AddressRange::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = read_address(text.substr(0, slash));
    if (!address) {
        refuse(text, "is no range of addresses, such as 10.1.0.0/16, 192.0.2.7 or fd00::/8");
    }
    const unsigned skipped = address->ipv4 ? mapped_bits : 0;
    AddressRange range;
    range.bits_ = all_bits;
    if (slash != std::string_view::npos) {
        range.bits_ = skipped + static_cast<unsigned>(
                                    parse_number(text.substr(slash + 1), all_bits - skipped));
    }
    range.first_ = prefix(address->bytes, range.bits_);
    if (range.first_ != address->bytes) {
        refuse(text, "has an address with more bits than the range; clear them");
    }
    return range;
}

bool AddressRange::contains(std::string_view host) const noexcept
{
    const auto address = read_address(host.substr(0, host.find('%')));
    return address && prefix(address->bytes, bits_) == first_;
}

std::vector<AddressRange> parse_address_ranges(std::string_view word)
{
    if (word == "loopback") {
        return {AddressRange::parse("127.0.0.0/8"), AddressRange::parse("::1")};
    }
    if (word == "anywhere") {
        return {AddressRange::parse("::/0")};
    }
    return {AddressRange::parse(word)};
}

bool contains(const std::vector<AddressRange>& ranges, std::string_view host) noexcept
{
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const AddressRange& range) { return range.contains(host); });
}

bool is_numeric_address(std::string_view host) noexcept
{
    return read_address(host.substr(0, host.find('%'))).has_value();
}

}  // namespace pacs
