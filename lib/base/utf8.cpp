#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace pacs {

namespace {

struct Lead {
    std::size_t length;   ///< 0: no character begins with this byte
    std::uint8_t lowest;  ///< of the second byte; the others are 80..BF
    std::uint8_t highest;
};

Lead lead_of(std::uint8_t byte) noexcept
{
    if (byte < 0x80) {
        return {1, 0, 0};
    }
    if (byte < 0xC2 || byte > 0xF4) {
        return {0, 0, 0};
    }
    if (byte < 0xE0) {
        return {2, 0x80, 0xBF};
    }
    if (byte < 0xF0) {
        return {3, static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
    }
    return {4, static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
            static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
}

std::uint8_t byte_at(std::string_view text, std::size_t at) noexcept
{
    return static_cast<std::uint8_t>(text[at]);
}

}  // namespace

std::size_t utf8_length(std::string_view text, std::size_t at) noexcept
{
    const Lead lead = lead_of(byte_at(text, at));
    if (lead.length < 2) {
        return lead.length;
    }
    if (text.size() - at < lead.length || byte_at(text, at + 1) < lead.lowest ||
        byte_at(text, at + 1) > lead.highest) {
        return 0;
    }
    for (std::size_t i = 2; i < lead.length; ++i) {
        if ((byte_at(text, at + i) & 0xC0U) != 0x80) {
            return 0;
        }
    }
    return lead.length;
}

bool is_utf8(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text, at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

std::size_t utf8_cut(std::string_view text, std::size_t most_bytes) noexcept
{
    std::size_t end = std::min(text.size(), most_bytes);
    while (end < text.size() && end > 0 &&
           (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return end;
}

bool is_control(std::string_view text, std::size_t at, std::size_t length) noexcept
{
    const std::uint8_t first = byte_at(text, at);
    if (length == 1) {
        return first < 0x20 || first == 0x7F;
    }
    return length == 2 && first == 0xC2 && byte_at(text, at + 1) < 0xA0;
}

}  // namespace pacs
