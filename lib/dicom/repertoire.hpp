#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pacs::dicom {

/// The ways in which the bytes of a character set stand in text, PS3.3 C.12.1.1.2.
enum class Coding : std::uint8_t {
    ascii,        ///< ISO-IR 6, in G0
    high_half,    ///< single bytes from A0 in G1
    katakana,     ///< ISO-IR 13: romaji (ISO-IR 14) in G0, katakana in G1
    pairs_in_g0,  ///< two bytes of 7 bits: ISO-IR 87, 159
    pairs_in_g1,  ///< two bytes with the high bit: ISO-IR 149, 58
    whole,        ///< without code extensions: ISO_IR 192, GB18030, GBK
};

/// One character set of the standard.
struct Repertoire {
    std::string_view number;  ///< of its registration, "100", or the whole term where it has none
    Coding coding;
    const char* iconv_name;   ///< how iconv(3) calls it; "" where none is needed
    std::string_view escape;  ///< PS3.3 tables C.12-3 and C.12-4, ESC left out; that of G1 for
                              ///< katakana
};

inline constexpr char escape_character = '\x1B';
inline constexpr std::string_view ascii_escape = "(B";
inline constexpr std::string_view romaji_escape = "(J";

/// Finds the character set of a defined term, or of a misspelling that is common in the field;
/// nullptr when there is none. `term` is trimmed.
const Repertoire* find_repertoire(std::string_view term);

/// Finds the character set that an escape sequence, without ESC, designates. Looks at the front of
/// `bytes` only; nullptr for one DICOM does not know.
const Repertoire* find_escape(std::string_view bytes) noexcept;

/// All of them, the default repertoire first.
std::span<const Repertoire> all_repertoires() noexcept;

/// The default repertoire, ISO-IR 6.
const Repertoire& default_repertoire() noexcept;

/// The defined term as PS3.3 spells it, with code extensions or without.
std::string defined_term(const Repertoire& repertoire, bool code_extensions);

}  // namespace pacs::dicom
