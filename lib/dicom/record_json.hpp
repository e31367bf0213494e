#pragma once

#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"

#include <string>

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

/// Appends the DICOM JSON Model object of a data set, PS3.18 F.2, with its braces, on one line.
/// Text is UTF-8, and (0008,0005) says so with ISO_IR 192 where any text is there (F.2.1.1.1 of the
/// model asks for UTF-8). Bytes become InlineBinary.
void append_dicom_json(std::string& out, const DataSet& data_set,
                       const CharacterSet& fallback = {});

/// The character set a data set declares in (0008,0005), or `fallback` when it has none.
CharacterSet character_set_of(const DataSet& data_set, const CharacterSet& fallback = {});

}  // namespace pacs::dicom
