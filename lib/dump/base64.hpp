#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pacs::dump {

/// The bytes of base64 (RFC 4648 section 4), padding required; nullopt for anything else.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace pacs::dump
