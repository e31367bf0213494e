#pragma once

#include "base/word.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

namespace pacs::cli {

/// What a value on the command line is. Its type name (CLI11's type_name()) tells, the same word
/// that stands in the help, so that completions offer the right things with nothing more to say.
enum class WordKind : std::uint8_t {
    free,             ///< any other: a number, a name
    file,             ///< FILE, PATH, INDEX
    folder,           ///< DIR, ARCHIVE
    endpoint,         ///< PEER, SOURCE, DEST, NODE: a file, or an @alias where peers are spoken to
    keyword,          ///< KEY
    assignment,       ///< KEY=VALUE, KEY[=VALUE]
    transfer_syntax,  ///< SYNTAX
};

/// `value` may go on with dots: "KEY...".
WordKind kind_of(std::string_view value) noexcept;

/// What may stand for a word that begins so; called within a keystroke.
using WordList = std::function<std::vector<Word>(std::string_view beginning)>;
/// The lists that a tool hands in for its kinds (Tool::offer_words).
using WordLists = std::map<WordKind, WordList>;

}  // namespace pacs::cli
