#pragma once

#include <cstddef>
#include <string_view>

namespace pacs {

/// Bytes of the well-formed UTF-8 character (Unicode table 3-7: no surrogates, no overlong forms)
/// that begins at `text[at]`: 1 to 4, or 0 when there is none. `at` must be inside the text.
std::size_t utf8_length(std::string_view text, std::size_t at) noexcept;

/// True when every byte of `text` is part of a well-formed UTF-8 character.
bool is_utf8(std::string_view text) noexcept;

/// How much of the front of well-formed text has at most `most_bytes` and ends with a character.
std::size_t utf8_cut(std::string_view text, std::size_t most_bytes) noexcept;

/// True when the character of `length` bytes at `text[at]` would steer a terminal: C0, DEL or C1.
bool is_control(std::string_view text, std::size_t at, std::size_t length) noexcept;

}  // namespace pacs
