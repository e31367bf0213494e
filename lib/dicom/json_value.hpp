#pragma once

#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// The value of one element as JSON: what flat records (pacs-records(5)) and the DICOM JSON Model
/// (PS3.18 Annex F) are made of. None of these functions throws on content, whatever it is.

/// A value of bytes without meaning to us: OB OD OF OL OV OW UN. PS3.18 F.2.7 has it in base64.
bool has_bulk_vr(Vr vr) noexcept;

/// The values of an element of text or numbers, as UTF-8 text.
struct Texts {
    std::vector<std::string> values;  ///< each trimmed; none for zero length
    bool exact = true;  ///< false: some byte was in no character set that was declared
};
/// Decoded before it is split: the second byte of a character may be that of a backslash.
Texts texts_of(const Element& element, const CharacterSet& charset);

/// Appends the value of an element that is no sequence as a member of a flat record. IS and DS are
/// numbers, whatever their spelling; NaN and infinity are null; VM and number of values decide
/// whether it is an array. False: text that could not be converted, with U+FFFD in its place.
bool append_flat_value(std::string& out, const Element& element, const CharacterSet& charset);

/// Appends what follows "vr" in an attribute of DICOM JSON: `,"Value":[..]`,
/// `,"InlineBinary":".."`, or nothing for zero length; not for sequences.
///
/// Nothing is lost of a number: IS and DS become JSON numbers, digit by digit as they were written,
/// where JSON's grammar has them so and a double holds them; else text (F.2.3). SV and UV beyond
/// 2^53 are text. NaN and infinity of FL and FD are the strings "NaN", "Infinity", "-Infinity":
/// F.2.3 wants a Number there, and JSON has none for them. OF and OD keep them in their bytes.
/// False: as above.
bool append_annex_f_value(std::string& out, const Element& element, const CharacterSet& charset);

/// True when `text` is a number by JSON's grammar (RFC 8259 section 6).
bool is_json_number(std::string_view text) noexcept;
/// True when `text` is a JSON number that a double holds to its last digit.
bool is_exact_json_number(std::string_view text) noexcept;

}  // namespace pacs::dicom
