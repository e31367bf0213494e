#pragma once

#include "base/word.hpp"
#include "cli/tool.hpp"

#include <string>
#include <vector>

namespace pacs::cli {

/// What may stand where a word is being typed.
struct Completion {
    std::vector<Word> words;  ///< whole words; one that ends with "=" or "." goes on
    bool files = false;       ///< or the name of a file or folder
    bool folders = false;     ///< or that of a folder
};

/// Completes the last word of `line`, perhaps an empty one: what was typed up to the cursor,
/// without the tool's name. Knows the options and their values, subcommands, @aliases of the
/// configuration that the tool would find, and the lists handed in with Tool::offer_words(). Never
/// throws for what is on the line, nor for a broken configuration: there is less to offer then.
Completion complete(const Tool& tool, const std::vector<std::string>& line);

/// For the scripts of the shells: a line "files", "folders" or "words", then a line a word, its
/// meaning behind a tab.
std::string rendered(const Completion& completion);

}  // namespace pacs::cli
