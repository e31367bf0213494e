#pragma once

#include "dicom/element_header.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Builds data sets byte by byte, the wrong ones too.
namespace pacs::dicom::test {

inline const Encoding implicit_le{false, false};
inline const Encoding explicit_le{true, false};
inline const Encoding explicit_be{true, true};

inline std::string bytes(std::initializer_list<int> values)
{
    std::string out;
    for (const int value : values) {
        out += static_cast<char>(value);
    }
    return out;
}

inline std::string header(std::uint32_t tag, Vr vr, std::uint32_t length,
                          Encoding encoding = explicit_le)
{
    std::string out;
    append_element_header(out, {Tag{tag}, vr, length}, encoding);
    return out;
}

inline std::string element(std::uint32_t tag, Vr vr, std::string_view value,
                           Encoding encoding = explicit_le)
{
    return header(tag, vr, static_cast<std::uint32_t>(value.size()), encoding).append(value);
}

inline std::string item(std::string_view content, Encoding encoding = explicit_le)
{
    return element(tags::item.value, Vr::none, content, encoding);
}
inline std::string open_item(std::string_view content, Encoding encoding = explicit_le)
{
    return header(tags::item.value, Vr::none, undefined_length, encoding)
        .append(content)
        .append(header(tags::item_delimitation.value, Vr::none, 0, encoding));
}
inline std::string open_sequence(std::uint32_t tag, std::string_view items,
                                 Encoding encoding = explicit_le, Vr vr = Vr::SQ)
{
    return header(tag, vr, undefined_length, encoding)
        .append(items)
        .append(header(tags::sequence_delimitation.value, Vr::none, 0, encoding));
}

/// An explicit VR header with any two bytes as VR and a 16-bit length.
inline std::string odd_vr(std::uint32_t tag, std::string_view letters, std::string_view value)
{
    std::string out = header(tag, Vr::SH, static_cast<std::uint32_t>(value.size()));
    out.replace(4, 2, letters);
    return out.append(value);
}

/// `depth` sequences, one inside the other, of undefined length.
inline std::string nested(unsigned depth, Encoding encoding = explicit_le)
{
    std::string out = element(0x00080104, Vr::LO, "deep", encoding);
    for (; depth > 0; --depth) {
        out = open_sequence(0x00081140, open_item(out, encoding), encoding);
    }
    return out;
}

inline std::span<const std::byte> as_bytes(std::string_view text)
{
    return std::as_bytes(std::span{text});
}

}  // namespace pacs::dicom::test
