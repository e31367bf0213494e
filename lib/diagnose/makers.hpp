#pragma once

#include <string_view>

namespace pacs::diagnose {

/// Who made an implementation, told from what it says of itself (PS3.7 D.3.3.2): "DCMTK (OFFIS)".
/// Knows the toolkits and makers whose identification was seen in associations and files; empty for
/// all others. A product built on a toolkit often keeps the toolkit's identification.
std::string_view maker_of(std::string_view class_uid, std::string_view version_name) noexcept;

}  // namespace pacs::diagnose
