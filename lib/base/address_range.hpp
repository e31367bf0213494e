#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pacs {

/// Numeric internet addresses that begin alike, such as 10.1.0.0/16 or fd00::/8. IPv4 counts as the
/// part ::ffff:0:0/96 of IPv6, so that an address is the same however the system writes it.
class AddressRange {
public:
    /// Reads "10.1.2.3", "10.1.0.0/16", "::1", "fd00::/8". Bits beyond the length must be zero: who
    /// writes 10.1.2.3/8 has probably meant something else. Throws Error(usage).
    static AddressRange parse(std::string_view text);

    /// Whether the numeric address `host` is in it; a zone as in "fe80::1%eth0" does not count.
    /// False for what is no numeric address.
    bool contains(std::string_view host) const noexcept;

    bool operator==(const AddressRange&) const = default;

private:
    std::array<std::uint8_t, 16> first_{};
    unsigned bits_ = 0;  ///< of the 128 that are fixed
};

/// The ranges that a word stands for: "loopback" (127.0.0.0/8 and ::1), "anywhere", or one as
/// AddressRange::parse() reads it. Throws Error(usage).
std::vector<AddressRange> parse_address_ranges(std::string_view word);

bool contains(const std::vector<AddressRange>& ranges, std::string_view host) noexcept;

/// Whether `host` is a numeric address.
bool is_numeric_address(std::string_view host) noexcept;

}  // namespace pacs
