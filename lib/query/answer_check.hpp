#pragma once

#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"
#include "dicom/matching.hpp"
#include "dicom/query_level.hpp"
#include "query/question.hpp"
#include "query/source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pacs::query {

/// What an answer is worth.
enum class Verdict : std::uint8_t {
    good,
    mismatch,       ///< an attribute does not match the key it was asked with
    character_set,  ///< text has bytes that its character set does not have
    wrong_level,    ///< Query/Retrieve Level says another level
    no_unique_key,  ///< the unique key of the level is missing, or a UID that is none
    unreadable,     ///< the bytes are no data set
};

/// The `reason` of a record, pacs-records(5); empty for good.
std::string_view reason_word(Verdict verdict) noexcept;

/// Holds answers against the question: servers are known to ignore keys they do not support, and
/// then answer with everything.
class AnswerCheck {
public:
    /// `fallback` is the character set of what names none.
    AnswerCheck(const Question& question, dicom::CharacterSet fallback);

    struct Finding {
        Verdict verdict = Verdict::good;
        std::string message;  ///< which attribute and why, never its value; empty for good
    };
    /// Lenient where PS3.4 lets servers be: names by --fuzzy, text in any case, empty attributes,
    /// attributes that were left out, times beside dates (which may have been matched as one).
    Finding check(const Answer& answer) const;

private:
    struct Key {
        dicom::Tag tag;
        dicom::Matcher matcher;
    };
    void add_key(const dicom::Element& element, const dicom::CharacterSet& charset);

    dicom::QueryLevel level_;
    dicom::CharacterSet fallback_;
    std::vector<Key> keys_;
};

}  // namespace pacs::query
