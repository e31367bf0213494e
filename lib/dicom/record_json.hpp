#pragma once

#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"

#include <string>
#include <vector>

namespace pacs::dicom {

/// How a data set becomes members of a flat record (pacs-records(5)): keyword (eight hex digits
/// where PS3.6 has none) to value.
///
/// - An attribute whose VM is 1 is one value, any other an array, however many it has; several
///   values where the VM allows one are an array too, for none may be lost.
/// - Text is UTF-8, trimmed as DataSet::text() says, person names with their ^ and =; absent values
///   are "" for text and null for numbers.
/// - IS, DS and the binary numbers are numbers; an IS or DS that is none stays text. NaN and
///   infinity are null.
/// - AT is eight hex digits, a sequence an array of objects, bytes (OB, OW, UN, ...) base64.
/// - Group lengths and Specific Character Set (0008,0005) are left out: the text is UTF-8 already.
///
/// Appends `"Name":value` for each element, parted by commas, a comma first when `out` does not end
/// with "{". `fallback` is the character set of a data set that names none.
void append_record_members(std::string& out, const DataSet& data_set,
                           const CharacterSet& fallback = {});

/// Appends the value alone, of one element.
void append_record_value(std::string& out, const Element& element, const CharacterSet& charset);

/// Appends the DICOM JSON Model object of a data set, PS3.18 F.2, with its braces, on one line.
/// Text is UTF-8; a Specific Character Set (0008,0005) that is there becomes ISO_IR 192. Bytes
/// become InlineBinary; group lengths are left out. Values are those of append_annex_f_value().
void append_dicom_json(std::string& out, const DataSet& data_set,
                       const CharacterSet& fallback = {});

/// The character set a data set declares in (0008,0005), or `fallback` when it has none.
CharacterSet character_set_of(const DataSet& data_set, const CharacterSet& fallback = {});

/// The values of a text element in UTF-8, each trimmed; none for zero length. Decoded before it is
/// split: the second byte of a character may be that of a backslash.
std::vector<std::string> utf8_values(const Element& element, const CharacterSet& charset);

}  // namespace pacs::dicom
