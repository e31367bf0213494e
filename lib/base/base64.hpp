#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pacs {

/// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);
/// Appends base64(bytes) to `out`.
void append_base64(std::string& out, std::string_view bytes);
/// nullopt for anything that base64() would not have written: stray bits, missing padding.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace pacs
