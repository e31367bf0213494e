#include "base/units.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace pacs {

namespace {

struct Unit {
    std::string_view name;
    double factor;
};

constexpr std::array<Unit, 6> durations{
    {{"", 1e3}, {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}}};

constexpr double kibi = 1024;
constexpr std::array<Unit, 10> sizes{{{"", 1},
                                      {"k", 1e3},
                                      {"m", 1e6},
                                      {"g", 1e9},
                                      {"t", 1e12},
                                      {"ki", kibi},
                                      {"mi", kibi* kibi},
                                      {"gi", kibi* kibi* kibi},
                                      {"ti", kibi* kibi* kibi* kibi},
                                      {"b", 1}}};

[[noreturn]] void refuse(std::string_view text, std::string_view expected)
{
    throw Error(ErrorKind::usage, fmt::format("'{}' is not {}", log::printable(text), expected));
}

std::string lower(std::string_view text)
{
    std::string out{text};
    for (char& c : out) {
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return out;
}

/// The digits in front, "12" or "1.5", and the rest; nullopt when no digit leads.
struct Quantity {
    double number;
    std::string_view unit;
};

std::optional<Quantity> split(std::string_view text)
{
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    double number = 0;
    const auto [rest, error] =
        std::from_chars(text.data(), text.data() + end, number, std::chars_format::fixed);
    if (end == 0 || text[0] == '.' || text[end - 1] == '.' || error != std::errc{} ||
        rest != text.data() + end) {
        return std::nullopt;
    }
    std::string_view unit = text.substr(end);
    while (!unit.empty() && unit.front() == ' ') {
        unit.remove_prefix(1);
    }
    return Quantity{number, unit};
}

template <std::size_t N>
std::optional<double> amount(std::string_view text, const std::array<Unit, N>& units,
                             std::string_view unit_suffix)
{
    const auto quantity = split(text);
    if (!quantity) {
        return std::nullopt;
    }
    const std::string unit = lower(quantity->unit);
    for (const Unit& known : units) {
        const bool with_suffix =
            !known.name.empty() && unit == fmt::format("{}{}", known.name, unit_suffix);
        if (unit == known.name || (with_suffix && known.name != unit_suffix)) {
            return quantity->number * known.factor;
        }
    }
    return std::nullopt;
}

}  // namespace

std::chrono::milliseconds parse_duration(std::string_view text)
{
    constexpr double longest = 36500 * 86400e3;
    const auto milliseconds = amount(text, durations, "");
    if (!milliseconds || *milliseconds > longest) {
        refuse(text, "a duration such as 250ms, 30s, 5m, 2h or 7d");
    }
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::ceil(*milliseconds))};
}

std::uint64_t parse_size(std::string_view text)
{
    constexpr double largest = 9e18;
    const auto bytes = amount(text, sizes, "b");
    if (!bytes || *bytes > largest) {
        refuse(text, "a size such as 4096, 64KiB or 10GB");
    }
    return static_cast<std::uint64_t>(*bytes);
}

std::uint64_t parse_number(std::string_view text, std::uint64_t limit)
{
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc{} || rest != end || number > limit) {
        refuse(text, fmt::format("a whole number from 0 to {}", limit));
    }
    return number;
}

bool parse_bool(std::string_view text)
{
    if (text != "true" && text != "false") {
        refuse(text, "true or false");
    }
    return text == "true";
}

std::uint64_t DiskShare::of(std::uint64_t total_bytes) const noexcept
{
    return percent > 0
               ? static_cast<std::uint64_t>(static_cast<double>(total_bytes) * (percent / 100))
               : bytes;
}

DiskShare parse_disk_share(std::string_view text)
{
    if (!text.ends_with('%')) {
        return {parse_size(text), 0};
    }
    const auto quantity = split(text.substr(0, text.size() - 1));
    if (!quantity || !quantity->unit.empty() || quantity->number > 100) {
        refuse(text, "a share of a disk such as 5% or 10GB");
    }
    return {0, quantity->number};
}

std::string size_text(std::uint64_t bytes)
{
    constexpr std::array<std::string_view, 7> names{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    auto value = static_cast<double>(bytes);
    std::size_t step = 0;
    while (value >= 999.5 && step + 1 < names.size()) {
        value /= 1000;
        ++step;
    }
    const int decimals = step == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return fmt::format("{:.{}f} {}", value, decimals, names[step]);
}

std::string duration_text(std::chrono::seconds span)
{
    const auto all = span.count();
    const auto days = all / 86400;
    const auto hours = all / 3600 % 24;
    const auto minutes = all / 60 % 60;
    if (days > 0) {
        return fmt::format("{} d {:02}:{:02}", days, hours, minutes);
    }
    return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, all % 60)
                     : fmt::format("{}:{:02}", minutes, all % 60);
}

std::string duration_value(std::chrono::milliseconds span)
{
    const auto count = span.count();
    if (count % 3'600'000 == 0 && count > 0) {
        return fmt::format("{}h", count / 3'600'000);
    }
    return count % 1000 == 0 ? fmt::format("{}s", count / 1000) : fmt::format("{}ms", count);
}

}  // namespace pacs
