#pragma once

#include "dicom/vr.hpp"

#include <string>
#include <string_view>

namespace pacs::stream {

/// One value of DICOM JSON on its way into a data set.
struct JsonScalar {
    enum class Kind : std::uint8_t { null, text, number };
    Kind kind = Kind::null;
    std::string text;  ///< UTF-8; of a number its digits as they stand
};

/// Appends one binary value of `vr` (AT FD FL SL SS SV UL US UV), little endian. NaN and infinity
/// are text, as dicom::append_annex_f_value() writes them, in any case and with "inf" for short;
/// NaN may be null, too. SV and UV may be text.
/// Throws Error(data) with the reason when it is none, or out of range.
void append_binary_value(std::string& value, dicom::Vr vr, const JsonScalar& scalar);

}  // namespace pacs::stream
