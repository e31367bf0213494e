#pragma once

#include "dicom/tag.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/vr.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pacs::dicom {

/// The length that means "until a delimiter", PS3.5 7.1.1.
inline constexpr std::uint32_t undefined_length = 0xFFFF'FFFF;
/// The longest element header, PS3.5 7.1.2: tag, VR, reserved, 32-bit length.
inline constexpr std::size_t max_element_header_bytes = 12;

/// How element headers are laid out: all a parser needs of a transfer syntax.
struct Encoding {
    bool explicit_vr = false;
    bool big_endian = false;

    Encoding() = default;
    Encoding(bool with_vr, bool swapped) : explicit_vr(with_vr), big_endian(swapped) {}
    explicit Encoding(const TransferSyntax& syntax)
        : explicit_vr(syntax.explicit_vr()), big_endian(syntax.big_endian())
    {
    }
};

/// Tag, VR and length of an element as they stand before its value, PS3.5 7.1.
struct ElementHeader {
    Tag tag;
    Vr vr =
        Vr::none;  ///< the dictionary's in implicit VR; none for group FFFE, UN for unknown ones
    std::uint32_t length = 0;
    std::size_t bytes = 0;  ///< of the header itself, 8 or 12
    bool known_vr = true;   ///< false: explicit VR with letters PS3.5 6.2 has not, taken as UN
    bool small_vr = false;  ///< two small letters, which DCMTK takes for VRs of its own making

    bool undefined() const noexcept { return length == undefined_length; }
};

/// Reads the header at the front of `bytes`; nullopt when more bytes are needed, at most
/// max_element_header_bytes. Two capital letters that are no VR we know have a 32-bit length, as
/// PS3.5 6.2 lays down for the VRs to come; any other bytes in their place ("??", spaces, zeros:
/// sins of old devices) have a 16-bit one.
std::optional<ElementHeader> read_element_header(std::span<const std::byte> bytes,
                                                 Encoding encoding) noexcept;

/// Writes it; `header.bytes` is not looked at. Throws Error(data) when a length does not fit its
/// VR.
void append_element_header(std::string& out, const ElementHeader& header, Encoding encoding);

/// The VR under which a value is understood: the dictionary's for UN (PS3.5 6.2.2), unless that
/// would be a sequence.
Vr understood_vr(const ElementHeader& header) noexcept;

/// Turns each number of a value of `vr` from one byte order to the other.
void swap_bytes(std::string& value, Vr vr);

std::uint16_t read_u16(const std::byte* bytes, bool big_endian) noexcept;
std::uint32_t read_u32(const std::byte* bytes, bool big_endian) noexcept;

}  // namespace pacs::dicom
