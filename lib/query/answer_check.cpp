#include "query/answer_check.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/record_json.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::query {

namespace {

/// Times are not: a span of dates with one of times may have been matched as one (PS3.4
/// C.2.2.2.5), and DT may be in any zone.
bool is_checked(const dicom::Element& element)
{
    return element.tag != dicom::tags::specific_character_set &&
           element.tag != dicom::tags::query_retrieve_level && dicom::is_text(element.vr) &&
           element.vr != dicom::Vr::TM && element.vr != dicom::Vr::DT;
}

std::string joined(const std::vector<std::string>& values)
{
    std::string text;
    for (const std::string& value : values) {
        text += (&value == &values.front() ? "" : "\\") + value;
    }
    return text;
}

/// Free text is folded on both sides, for servers may compare it in any case.
std::vector<std::string> folded_values(const dicom::Element& element,
                                       const dicom::CharacterSet& charset)
{
    std::vector<std::string> values = dicom::utf8_values(element, charset);
    if (dicom::has_character_set(element.vr)) {
        std::ranges::transform(values, values.begin(), dicom::fold_case);
    }
    return values;
}

/// The first element whose text its character set cannot say, nullptr for none. What is plain ASCII
/// is the same in all.
const dicom::Element* undecodable(const dicom::DataSet& identifier,
                                  const dicom::CharacterSet& charset)
{
    const auto foreign = [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || c == '\x1b';
    };
    for (const dicom::Element& element : identifier.elements()) {
        if (dicom::has_character_set(element.vr) && std::ranges::any_of(element.value, foreign) &&
            !charset.to_utf8(element.value, element.vr == dicom::Vr::PN).exact) {
            return &element;
        }
    }
    return nullptr;
}

bool has_unique_key(const dicom::DataSet& identifier, dicom::QueryLevel level)
{
    const std::string value = identifier.text(dicom::unique_key(level));
    return level == dicom::QueryLevel::patient ? !value.empty() : dicom::is_valid_uid(value);
}

}  // namespace

std::string_view reason_word(Verdict verdict) noexcept
{
    switch (verdict) {
    case Verdict::good: return "";
    case Verdict::mismatch: return "mismatch";
    case Verdict::character_set: return "character_set";
    case Verdict::wrong_level: return "wrong_level";
    case Verdict::no_unique_key: return "no_unique_key";
    case Verdict::unreadable: return "unreadable";
    }
    return "";
}

AnswerCheck::AnswerCheck(const Question& question, dicom::CharacterSet fallback)
    : level_(question.level), fallback_(std::move(fallback))
{
    const auto charset = dicom::character_set_of(question.identifier);
    for (const dicom::Element& element : question.identifier.elements()) {
        if (is_checked(element)) {
            add_key(element, charset);
        }
    }
}

void AnswerCheck::add_key(const dicom::Element& element, const dicom::CharacterSet& charset)
{
    const std::string value = joined(folded_values(element, charset));
    auto matcher = dicom::make_matcher(element.vr, value, {.fuzzy = true});
    if (matcher.kind != dicom::Matcher::Kind::universal) {
        keys_.push_back({element.tag, std::move(matcher)});
    }
}

AnswerCheck::Finding AnswerCheck::check(const Answer& answer) const
{
    if (!answer.defect.empty()) {
        return {Verdict::unreadable, answer.defect};
    }
    const std::string level = answer.identifier.text(dicom::tags::query_retrieve_level);
    if (!level.empty() && level != dicom::level_value(level_)) {
        return {Verdict::wrong_level,
                fmt::format("not an answer of {} level", dicom::level_name(level_))};
    }
    if (!has_unique_key(answer.identifier, level_)) {
        return {Verdict::no_unique_key,
                fmt::format("no valid {}", dicom::name_of(dicom::unique_key(level_)))};
    }
    const auto charset = dicom::character_set_of(answer.identifier, fallback_);
    for (const Key& key : keys_) {
        const dicom::Element* element = answer.identifier.find(key.tag);
        if (element == nullptr) {
            continue;
        }
        const auto values = folded_values(*element, charset);
        if (!values.empty() && !dicom::matches(key.matcher, values)) {
            return {Verdict::mismatch,
                    fmt::format("{} does not match the key", dicom::name_of(key.tag))};
        }
    }
    if (const dicom::Element* element = undecodable(answer.identifier, charset)) {
        return {Verdict::character_set,
                fmt::format("{} has bytes that are not in its character set",
                            dicom::name_of(element->tag))};
    }
    return {};
}

}  // namespace pacs::query
