#pragma once

#include <string>

namespace pacs {

/// A word that may stand where one is being typed, for completions.
struct Word {
    std::string text;     ///< the whole word: "StudyInstanceUID="
    std::string meaning;  ///< a few words beside it, for people; may be empty
};

}  // namespace pacs
