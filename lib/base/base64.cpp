#include "base/base64.hpp"

#include <cstddef>

namespace pacs {

namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes)
{
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto byte = [&](std::size_t i) {
            return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
        };
        const unsigned bits = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
        out += letters[bits >> 18U];
        out += letters[(bits >> 12U) & 63U];
        out += at + 1 < bytes.size() ? letters[(bits >> 6U) & 63U] : '=';
        out += at + 2 < bytes.size() ? letters[bits & 63U] : '=';
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text)
{
    std::string bytes;
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : text.substr(0, text.find('='))) {
        const auto value = letters.find(c);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = bits << 6U | static_cast<unsigned>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>((bits >> count) & 0xFFU);
        }
    }
    // Only what it would write itself: padded to the end, no stray bits.
    return base64(bytes) == text ? std::optional{bytes} : std::nullopt;
}

}  // namespace pacs
