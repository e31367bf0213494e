// By itself, for it alone of the words needs DCMTK, which takes its time to be loaded.

#include "base/error.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/transcode.hpp"
#include "dicom/words.hpp"

namespace pacs::dicom {

namespace {

bool can_be_set(const Word& word)
{
    try {
        check_edit({find_keyword(word.text)->tag, ""});
        return true;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

std::vector<Word> edit_words(std::string_view word)
{
    if (word.find_first_of(".=") != std::string_view::npos) {
        return {};
    }
    std::vector<Word> words = keyword_words(word);
    std::erase_if(words, [](const Word& each) { return !can_be_set(each); });
    for (Word& each : words) {
        each.text += '=';
    }
    return words;
}

}  // namespace pacs::dicom
