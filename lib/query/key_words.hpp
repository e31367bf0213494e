#pragma once

#include "base/word.hpp"

#include <string_view>
#include <vector>

namespace pacs::query {

/// Completes a KEY[=VALUE] of pacs-find: dicom::query_key_words(), but for an empty word only the
/// keys that are asked for by themselves at some level, where the whole dictionary would drown
/// them.
std::vector<Word> key_words(std::string_view word);

}  // namespace pacs::query
