#include "index/names.hpp"

#include "base/error.hpp"
#include "dicom/charset.hpp"

#include <algorithm>
#include <array>

namespace pacs::index {

namespace {

using dicom::QueryLevel;
using dicom::Tag;

constexpr std::string_view group_delimiter = "=";
constexpr std::string_view word_delimiters = "=^ ,";  // as dicom::matches() parts words
constexpr std::string_view tail = "^ ";
constexpr std::string_view wildcard_characters = "*?";

struct Kind {
    Tag tag;
    QueryLevel table;
    int number;
};
constexpr std::array kinds{
    Kind{Tag{0x0010, 0x0010}, QueryLevel::patient, 1},
    Kind{Tag{0x0010, 0x0010}, QueryLevel::study, 2},
    Kind{Tag{0x0008, 0x0090}, QueryLevel::study, 3},
    Kind{Tag{0x0008, 0x1060}, QueryLevel::study, 4},
    Kind{Tag{0x0008, 0x1050}, QueryLevel::series, 5},
    Kind{Tag{0x0008, 0x1070}, QueryLevel::series, 6},
};

/// The pieces between any of `delimiters` that are not empty.
std::vector<std::string_view> split(std::string_view text, std::string_view delimiters)
{
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(delimiters), text.size());
        if (end > 0) {
            pieces.push_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return pieces;
}

/// Without delimiters at the end, which mean nothing there (PS3.5 6.2 PN).
std::string_view without_tail(std::string_view text)
{
    const std::size_t last = text.find_last_not_of(tail);
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view without_ends(std::string_view text)
{
    text = without_tail(text);
    return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

std::string_view longest(const std::vector<std::string_view>& pieces)
{
    const auto found = std::ranges::max_element(pieces, {}, &std::string_view::size);
    return found == pieces.end() ? std::string_view{} : *found;
}

}  // namespace

int name_kind(Tag tag, QueryLevel table)
{
    for (const Kind& kind : kinds) {
        if (kind.tag == tag && kind.table == table) {
            return kind.number;
        }
    }
    throw Error(ErrorKind::bug, "indexing a name: no kind for " + tag.formatted());
}

std::vector<std::string> name_keys(std::string_view name)
{
    const std::string folded = dicom::fold(name);
    std::vector<std::string> keys;
    for (const std::string_view value : split(folded, "\\")) {
        for (const std::string_view group : split(value, group_delimiter)) {
            keys.emplace_back(without_ends(group));
        }
        if (value.find_first_not_of(group_delimiter) == std::string_view::npos ||
            value.starts_with('=') || value.ends_with('=') || value.find("==") != value.npos) {
            keys.emplace_back();  // an empty group, which a key of mere delimiters asks for
        }
        for (const std::string_view word : split(value, word_delimiters)) {
            keys.emplace_back(word);
        }
    }
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
}

NameCondition name_condition(std::string_view value, bool wildcards, bool fuzzy)
{
    using enum NameCondition::Kind;
    const std::string folded = dicom::fold(value);
    // Of a fuzzy key every word must be there; of another every group that is not empty.
    const std::string_view part = longest(split(folded, fuzzy ? word_delimiters : group_delimiter));
    const std::string_view jokers = wildcards ? wildcard_characters : std::string_view{};
    const std::string_view head = without_ends(part.substr(0, part.find_first_of(jokers)));
    if (head.empty()) {
        return {contains, std::string{without_ends(longest(split(part, jokers)))}};
    }
    const bool whole = part.find_first_of(jokers) == std::string_view::npos;
    return {whole ? equal : prefix, std::string{head}};
}

}  // namespace pacs::index
