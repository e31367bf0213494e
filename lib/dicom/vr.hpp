#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::dicom {

/// A value representation, PS3.5 6.2, as the two letters it has on the wire.
enum class Vr : std::uint16_t {
    none = 0,
    // NOLINTBEGIN(readability-identifier-naming): the standard's own names
    AE = 0x4145,
    AS = 0x4153,
    AT = 0x4154,
    CS = 0x4353,
    DA = 0x4441,
    DS = 0x4453,
    DT = 0x4454,
    FD = 0x4644,
    FL = 0x464C,
    IS = 0x4953,
    LO = 0x4C4F,
    LT = 0x4C54,
    OB = 0x4F42,
    OD = 0x4F44,
    OF = 0x4F46,
    OL = 0x4F4C,
    OV = 0x4F56,
    OW = 0x4F57,
    PN = 0x504E,
    SH = 0x5348,
    SL = 0x534C,
    SQ = 0x5351,
    SS = 0x5353,
    ST = 0x5354,
    SV = 0x5356,
    TM = 0x544D,
    UC = 0x5543,
    UI = 0x5549,
    UL = 0x554C,
    UN = 0x554E,
    UR = 0x5552,
    US = 0x5553,
    UT = 0x5554,
    UV = 0x5556,
    // NOLINTEND(readability-identifier-naming)
};

/// The VR of two letters, or Vr::none when PS3.5 6.2 does not know them.
Vr vr_of(std::string_view two_letters) noexcept;
std::string to_string(Vr vr);
/// Has a 32-bit length in explicit VR (PS3.5 7.1.2): OB OD OF OL OV OW SQ SV UC UN UR UT UV.
bool has_long_length(Vr vr) noexcept;
/// Is text, so that padding is trimmed.
bool is_text(Vr vr) noexcept;
/// Is text whose values are split at the backslash: all of it but ST LT UT UR.
bool is_multi_valued_text(Vr vr) noexcept;
/// Whether leading spaces of a value mean something; PS3.5 6.2 says they do not in AE CS DS IS LO
/// SH.
bool leading_spaces_count(Vr vr) noexcept;
/// A value of text, or one of several, without what means nothing: trailing spaces and NUL, and
/// leading spaces where they do not count. Values of other VRs stay as they are.
std::string_view trimmed(std::string_view value, Vr vr) noexcept;
/// Depends on Specific Character Set, PS3.5 6.1.2.2: LO LT PN SH ST UC UT.
bool has_character_set(Vr vr) noexcept;
/// Bytes of one binary value, to be swapped between byte orders: 1 for text, OB and UN, 2, 4 or 8.
unsigned unit_bytes(Vr vr) noexcept;

}  // namespace pacs::dicom
