#include "base/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pacs {

namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What twelve bits become, so that three bytes take two looks.
constexpr auto pairs = [] {
    std::array<std::array<char, 2>, 4096> table{};
    for (std::size_t bits = 0; bits < table.size(); ++bits) {
        table[bits] = {letters[bits >> 6U], letters[bits & 63U]};
    }
    return table;
}();

constexpr std::uint8_t no_letter = 0xFF;

constexpr auto values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_letter);
    for (std::size_t i = 0; i < letters.size(); ++i) {
        table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}();

/// Four letters as 24 bits; beyond these when one is none.
std::uint32_t bits_of(const char* letters_of_four) noexcept
{
    std::uint32_t bits = 0;
    std::uint32_t seen = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::uint8_t value = values[static_cast<unsigned char>(letters_of_four[i])];
        seen |= value;
        bits = bits << 6U | (value & 63U);
    }
    return seen > 63U ? ~0U : bits;
}

}  // namespace

std::string base64(std::string_view bytes)
{
    std::string out;
    append_base64(out, bytes);
    return out;
}

void append_base64(std::string& out, std::string_view bytes)
{
    const std::size_t begin = out.size();
    out.resize(begin + (bytes.size() + 2) / 3 * 4, '=');
    char* to = out.data() + begin;
    const auto byte = [&](std::size_t i) { return unsigned{static_cast<unsigned char>(bytes[i])}; };
    std::size_t at = 0;
    for (; at + 3 <= bytes.size(); at += 3, to += 4) {
        const unsigned bits = (byte(at) << 16U) | (byte(at + 1) << 8U) | byte(at + 2);
        std::memcpy(to, pairs[bits >> 12U].data(), 2);
        std::memcpy(to + 2, pairs[bits & 0xFFFU].data(), 2);
    }
    if (at < bytes.size()) {
        const bool two = at + 1 < bytes.size();
        const unsigned bits = (byte(at) << 16U) | (two ? byte(at + 1) << 8U : 0U);
        std::memcpy(to, pairs[bits >> 12U].data(), 2);
        to[2] = two ? pairs[bits & 0xFFFU][0] : '=';
    }
}

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes(text.size() / 4 * 3, '\0');
    char* to = bytes.data();
    for (std::size_t at = 0; at < text.size(); at += 4) {
        std::array<char, 4> four{};
        std::memcpy(four.data(), text.data() + at, four.size());
        const bool last = at + 4 == text.size();
        for (std::size_t i = 4 - padding; last && i < 4; ++i) {
            four[i] = letters[0];
        }
        const std::uint32_t bits = bits_of(four.data());
        const std::uint32_t stray = last ? (1U << 8U * padding) - 1 : 0;
        if (bits == ~0U || (bits & stray) != 0) {
            return std::nullopt;
        }
        *to++ = static_cast<char>(bits >> 16U & 0xFFU);
        *to++ = static_cast<char>(bits >> 8U & 0xFFU);
        *to++ = static_cast<char>(bits & 0xFFU);
    }
    bytes.resize(bytes.size() - padding);
    return bytes;
}

}  // namespace pacs
