#pragma once

#include "base/word.hpp"

#include <string_view>
#include <vector>

namespace pacs::scan {

/// What the shells offer for a KEY that added_tags() takes, as dicom::keyword_words() does.
std::vector<Word> added_words(std::string_view word);

}  // namespace pacs::scan
