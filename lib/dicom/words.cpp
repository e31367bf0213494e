#include "dicom/words.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace pacs::dicom {

namespace {

/// "LO (0010,0020)", "LO (0010,1000), retired".
std::string meaning(const DictionaryEntry& entry)
{
    return fmt::format("{} ({:04X},{:04X}){}", to_string(entry.vr), entry.tag.group(),
                       entry.tag.element(), entry.retired ? ", retired" : "");
}

/// Up to and with the last dot; nullopt when that is no path through sequences.
std::optional<std::string_view> path_before(std::string_view word)
{
    const auto dot = word.rfind('.');
    const std::string_view path = word.substr(0, dot == std::string_view::npos ? 0 : dot + 1);
    for (std::string_view rest = path; !rest.empty(); rest.remove_prefix(rest.find('.') + 1)) {
        const auto tag = parse_tag(rest.substr(0, rest.find('.')));
        if (!tag || vr_of(*tag) != Vr::SQ) {
            return std::nullopt;
        }
    }
    return path;
}

/// The attributes that `word`, a path or not, may become; `made` says how one is written, empty
/// for one that has no place here.
template <typename Made>
std::vector<Word> attributes(std::string_view word, Made made)
{
    std::vector<Word> words;
    std::vector<Word> retired;
    const auto path = path_before(word);
    if (!path) {
        return words;
    }
    for (const DictionaryEntry& entry : find_keywords(word.substr(path->size()))) {
        const std::string text = entry.tag.group() == 0 ? "" : made(entry);
        if (!text.empty()) {
            (entry.retired ? retired : words)
                .push_back({fmt::format("{}{}", *path, text), meaning(entry)});
        }
    }
    return words.empty() ? retired : words;
}

}  // namespace

std::vector<Word> keyword_words(std::string_view word)
{
    return attributes(word,
                      [](const DictionaryEntry& entry) { return std::string{entry.keyword}; });
}

std::vector<Word> query_key_words(std::string_view word)
{
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) {
        return attributes(word, [](const DictionaryEntry& entry) {
            const bool never = entry.tag.group() == 0x0002 || entry.tag.group() == 0xFFFE;
            const char* const end = entry.vr == Vr::SQ ? "." : "=";
            return never ? std::string{} : std::string{entry.keyword} + end;
        });
    }
    const std::string_view head = word.substr(0, equals + 1);
    std::vector<Word> words;
    if (head.ends_with("TransferSyntaxUID=")) {
        words = transfer_syntax_words(word.substr(equals + 1));
        std::ranges::for_each(words, [&](Word& each) { each.text.insert(0, head); });
    }
    return words;
}

std::vector<Word> transfer_syntax_words(std::string_view word)
{
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    std::vector<Word> words;
    for (const std::string_view uid : transfer_syntax_uids()) {
        const auto keyword = uid_keyword(uid);
        if (uid.starts_with(word)) {
            words.push_back({std::string{uid}, std::string{uid_name(uid)}});
        } else if (keyword.size() >= word.size() &&
                   std::ranges::equal(word, keyword.substr(0, word.size()), {}, lower, lower)) {
            words.push_back({std::string{keyword}, std::string{uid}});
        }
    }
    return words;
}

}  // namespace pacs::dicom
