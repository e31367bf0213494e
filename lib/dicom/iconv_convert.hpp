#pragma once

#include <string>
#include <string_view>

namespace pacs::dicom {

/// Appends `bytes`, text in the character set `from` (a name of iconv(3)), to `utf8`. What cannot
/// be converted becomes U+FFFD; false when there was such a byte. The converters of a thread are
/// opened once and kept.
bool append_utf8(std::string& utf8, const char* from, std::string_view bytes);

/// `utf8` in the character set `to`; empty when a character is not in it, or when `utf8` is.
std::string from_utf8(const char* to, std::string_view utf8);

}  // namespace pacs::dicom
