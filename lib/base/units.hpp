#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pacs {

/// Amounts as people write them, the same on the command line, in PACS_* variables and in
/// pacs.toml. All throw Error(usage), "'5 parsecs' is not ...", and know no sign.

/// "250ms", "30s", "5m", "2h", "7d"; a bare number is seconds; "1.5h" is fine. At most 36500 days.
std::chrono::milliseconds parse_duration(std::string_view text);

/// "4096", "10kB", "10GB" (powers of 1000), "64KiB", "2GiB" (powers of 1024), in either case, B may
/// be left out ("10G").
std::uint64_t parse_size(std::string_view text);

/// A whole number of at most `limit`.
std::uint64_t parse_number(std::string_view text, std::uint64_t limit);

/// "true" or "false".
bool parse_bool(std::string_view text);

/// A part of a disk: a size, or percent of the whole.
struct DiskShare {
    std::uint64_t bytes = 0;
    double percent = 0;  ///< counts when it is above 0; 0 to 100

    /// In bytes, of a disk of `total_bytes`.
    std::uint64_t of(std::uint64_t total_bytes) const noexcept;
    bool operator==(const DiskShare&) const = default;
};

/// "10GB" or "5%".
DiskShare parse_disk_share(std::string_view text);

/// For people, three digits at most: "512 B", "6.6 kB", "1.23 GB" (powers of 1000).
std::string size_text(std::uint64_t bytes);
/// For people: "0:07", "12:34", "1:02:03", "3 d 04:05".
std::string duration_text(std::chrono::seconds span);
/// As parse_duration() reads it: "24h", "60s", "250ms".
std::string duration_value(std::chrono::milliseconds span);

}  // namespace pacs
