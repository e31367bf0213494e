#include "dump/base64.hpp"

#include <array>
#include <cstdint>

namespace pacs::dump {

namespace {

constexpr std::uint8_t none = 0xFF;

constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(none);
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < letters.size(); ++i) {
        table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}();

}  // namespace

std::optional<std::string> decode_base64(std::string_view text)
{
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    std::string out(text.size() / 4 * 3, '\0');
    char* to = out.data();
    for (std::size_t at = 0; at < text.size(); at += 4) {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const bool padded = at + i >= text.size() - padding;
            const std::uint8_t value =
                padded ? std::uint8_t{0} : values[static_cast<unsigned char>(text[at + i])];
            if (value == none) {
                return std::nullopt;
            }
            bits = bits << 6U | value;
        }
        *to++ = static_cast<char>(bits >> 16U & 0xFFU);
        *to++ = static_cast<char>(bits >> 8U & 0xFFU);
        *to++ = static_cast<char>(bits & 0xFFU);
    }
    out.resize(out.size() - padding);
    return out;
}

}  // namespace pacs::dump
