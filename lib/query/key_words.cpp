#include "query/key_words.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/words.hpp"
#include "query/question.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace pacs::query {

std::vector<Word> key_words(std::string_view word)
{
    if (!word.empty()) {
        return dicom::query_key_words(word);
    }
    using dicom::QueryLevel;
    std::set<std::string> names;
    for (const QueryLevel level :
         {QueryLevel::patient, QueryLevel::study, QueryLevel::series, QueryLevel::instance}) {
        for (const dicom::Tag tag : default_keys(dicom::QueryRoot::patient, level)) {
            names.insert(dicom::name_of(tag));
        }
    }
    std::vector<Word> words;
    for (const std::string& name : names) {
        std::ranges::copy_if(dicom::query_key_words(name), std::back_inserter(words),
                             [&](const Word& each) { return each.text == name + "="; });
    }
    return words;
}

}  // namespace pacs::query
