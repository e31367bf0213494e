#include "scan/added_words.hpp"

#include "base/error.hpp"
#include "dicom/words.hpp"
#include "scan/scan.hpp"

namespace pacs::scan {

namespace {

bool can_be_added(const Word& word)
{
    try {
        return !added_tags({word.text}).empty();
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

std::vector<Word> added_words(std::string_view word)
{
    if (word.find('.') != std::string_view::npos) {
        return {};
    }
    std::vector<Word> words = dicom::keyword_words(word);
    std::erase_if(words, [](const Word& each) { return !can_be_added(each); });
    return words;
}

}  // namespace pacs::scan
