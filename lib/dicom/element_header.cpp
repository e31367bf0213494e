#include "dicom/element_header.hpp"

#include "base/error.hpp"
#include "dicom/dictionary.hpp"

#include <algorithm>
#include <string_view>

namespace pacs::dicom {

namespace {

bool is_capital(std::byte letter) noexcept
{
    return letter >= std::byte{'A'} && letter <= std::byte{'Z'};
}

bool is_small(std::byte letter) noexcept
{
    return letter >= std::byte{'a'} && letter <= std::byte{'z'};
}

void append_u16(std::string& out, unsigned value, bool big_endian)
{
    const auto high = static_cast<char>((value >> 8U) & 0xFFU);
    const auto low = static_cast<char>(value & 0xFFU);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
}

void append_u32(std::string& out, std::uint32_t value, bool big_endian)
{
    append_u16(out, big_endian ? value >> 16U : value & 0xFFFFU, big_endian);
    append_u16(out, big_endian ? value & 0xFFFFU : value >> 16U, big_endian);
}

}  // namespace

std::uint16_t read_u16(const std::byte* bytes, bool big_endian) noexcept
{
    const auto first = std::to_integer<unsigned>(bytes[0]);
    const auto second = std::to_integer<unsigned>(bytes[1]);
    return static_cast<std::uint16_t>(big_endian ? first << 8U | second : second << 8U | first);
}

std::uint32_t read_u32(const std::byte* bytes, bool big_endian) noexcept
{
    const std::uint32_t first = read_u16(bytes, big_endian);
    const std::uint32_t second = read_u16(bytes + 2, big_endian);
    return big_endian ? first << 16U | second : second << 16U | first;
}

std::optional<ElementHeader> read_element_header(std::span<const std::byte> bytes,
                                                 Encoding encoding) noexcept
{
    if (bytes.size() < 8) {
        return std::nullopt;
    }
    const bool big = encoding.big_endian;
    ElementHeader header;
    header.tag = Tag{read_u16(bytes.data(), big), read_u16(bytes.data() + 2, big)};
    header.bytes = 8;
    if (header.tag.group() == 0xFFFE || !encoding.explicit_vr) {
        header.vr = header.tag.group() == 0xFFFE ? Vr::none : vr_of(header.tag);
        header.length = read_u32(bytes.data() + 4, big);
        return header;
    }
    const auto first = bytes[4];
    const auto second = bytes[5];
    const char letters[2] = {std::to_integer<char>(first), std::to_integer<char>(second)};
    const Vr vr = vr_of(std::string_view{letters, 2});
    header.vr = vr == Vr::none ? Vr::UN : vr;
    header.known_vr = vr != Vr::none;
    header.small_vr = is_small(first) && is_small(second);
    if (vr == Vr::none ? !(is_capital(first) && is_capital(second)) : !has_long_length(vr)) {
        header.length = read_u16(bytes.data() + 6, big);
        return header;
    }
    if (bytes.size() < max_element_header_bytes) {
        return std::nullopt;
    }
    header.bytes = max_element_header_bytes;
    header.length = read_u32(bytes.data() + 8, big);
    return header;
}

Vr understood_vr(const ElementHeader& header) noexcept
{
    const Vr by_dictionary = header.vr == Vr::UN ? vr_of(header.tag) : header.vr;
    return by_dictionary == Vr::SQ ? header.vr : by_dictionary;
}

void swap_bytes(std::string& value, Vr vr)
{
    const std::size_t unit = unit_bytes(vr);
    for (std::size_t at = 0; unit > 1 && at + unit <= value.size(); at += unit) {
        std::reverse(value.begin() + static_cast<std::ptrdiff_t>(at),
                     value.begin() + static_cast<std::ptrdiff_t>(at + unit));
    }
}

void append_element_header(std::string& out, const ElementHeader& header, Encoding encoding)
{
    const bool big = encoding.big_endian;
    append_u16(out, header.tag.group(), big);
    append_u16(out, header.tag.element(), big);
    if (header.tag.group() == 0xFFFE || !encoding.explicit_vr) {
        append_u32(out, header.length, big);
        return;
    }
    out += to_string(header.vr);
    if (has_long_length(header.vr)) {
        out.append(2, '\0');
        append_u32(out, header.length, big);
        return;
    }
    if (header.length > 0xFFFF) {
        throw Error(ErrorKind::data, "encoding " + header.tag.formatted() + ": a value of VR " +
                                         to_string(header.vr) +
                                         " holds at most 65,534 bytes in explicit VR");
    }
    append_u16(out, header.length, big);
}

}  // namespace pacs::dicom
