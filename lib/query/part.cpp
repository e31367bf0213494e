#include "query/part.hpp"

#include "dicom/temporal.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pacs::query {

namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr dicom::Tag study_date{0x0008, 0x0020};
constexpr dicom::Tag study_time{0x0008, 0x0030};
constexpr std::size_t longest_id = 64;
/// Different days remembered of the answers to one question: 180 years.
constexpr std::size_t most_days = 65'536;
/// Before there were digital archives; only where nothing is known of the dates.
constexpr sys_days first_day{std::chrono::year{1980} / 1 / 1};

unsigned number(std::string_view digits)
{
    unsigned value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::optional<sys_days> day_of(const std::string& value)
{
    const auto text = dicom::comparable(dicom::Vr::DA, value);
    if (!text || text->size() != 8) {
        return std::nullopt;
    }
    using namespace std::chrono;
    return sys_days{year{static_cast<int>(number(text->substr(0, 4)))} /
                    month{number(text->substr(4, 2))} / day{number(text->substr(6, 2))}};
}

std::optional<unsigned> second_of(const std::string& value)
{
    const auto text = dicom::comparable(dicom::Vr::TM, value);
    if (!text || text->size() < 6) {
        return std::nullopt;
    }
    const unsigned second = number(text->substr(0, 2)) * 3600 + number(text->substr(2, 2)) * 60 +
                            number(text->substr(4, 2));
    return std::min(second, SecondSpan::last_of_day);  // a leap second
}

std::string text_of(const DaySpan& span)
{
    const auto end = [](const auto& day) {
        return day ? date_value(std::chrono::year_month_day{*day}) : "";
    };
    return span.single() ? end(span.from) : end(span.from) + "-" + end(span.to);
}

std::string clock(unsigned second)
{
    return fmt::format("{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60);
}

/// The lower end is a microsecond early: peers that compare as text would lose a time of "12"
/// between 115959 and 120000.
std::string text_of(const SecondSpan& span)
{
    return (span.from == 0 ? "" : clock(span.from - 1) + ".999999") + "-" +
           (span.to == SecondSpan::last_of_day ? "" : clock(span.to) + ".999999");
}

std::string text_of(const IdEnding& ending)
{
    return ending.exact ? ending.text : "*" + ending.text + (ending.anywhere ? "*" : "");
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool ends_with(std::string_view id, const IdEnding& ending, bool any_case)
{
    const auto same = [&](char a, char b) { return any_case ? lower(a) == lower(b) : a == b; };
    const std::string_view end = ending.text;
    if (ending.anywhere) {
        return std::search(id.begin(), id.end(), end.begin(), end.end(), same) != id.end();
    }
    return id.size() >= end.size() && (!ending.exact || id.size() == end.size()) &&
           std::equal(end.begin(), end.end(), id.end() - static_cast<std::ptrdiff_t>(end.size()),
                      same);
}

Place place(const IdEnding& ending, std::string_view id)
{
    if (ends_with(id, ending, false)) {
        return Place::inside;
    }
    // some databases take these two for wildcards
    const bool loose =
        ends_with(id, ending, true) || ending.text.find_first_of("_%") != std::string::npos;
    return loose ? Place::beside : Place::outside;
}

/// The first of two halves ends before this one.
template <typename Value>
Value median(const std::map<Value, std::uint64_t>& counts)
{
    std::uint64_t all = 0;
    for (const auto& [value, count] : counts) {
        all += count;
    }
    std::uint64_t passed = 0;
    for (const auto& [value, count] : counts) {
        passed += count;
        if (passed * 2 > all) {
            return value;
        }
    }
    return counts.rbegin()->first;
}

/// Where the second half starts, in (from, to]; `to` > `from`.
template <typename Value, typename Step>
Value cut(Value from, Value to, const std::map<Value, std::uint64_t>& counts, bool by_middle,
          Step one)
{
    if (by_middle || counts.empty()) {
        return from + (to - from) / 2 + one;
    }
    const Value middle = std::clamp(median(counts), from, to);
    const bool some_before = counts.begin()->first < middle;
    return some_before && middle > from ? middle : std::min(middle + one, to);
}

std::vector<Part> split_days(const Part& part, const Spread& spread, bool by_middle, sys_days today)
{
    const DaySpan span = part.days.value_or(DaySpan{});
    if (span.single()) {
        return {};
    }
    const auto& seen = spread.days;
    const sys_days early = seen.empty() ? first_day : seen.begin()->first;
    const sys_days late = seen.empty() ? today : std::max(today, seen.rbegin()->first);
    const sys_days from = span.from.value_or(std::min(early, span.to.value_or(early)) - days{1});
    const sys_days to = span.to.value_or(std::max(late, from) + days{1});
    const sys_days second = cut(from, to, seen, by_middle, days{1});
    Part before = part;
    Part after = part;
    before.days = DaySpan{span.from, second - days{1}};
    after.days = DaySpan{second, span.to};
    return {before, after};
}

std::vector<Part> split_seconds(const Part& part, const Spread& spread, bool by_middle)
{
    const SecondSpan span = part.seconds.value_or(SecondSpan{});
    if (!part.days || !part.days->single() || span.single()) {
        return {};
    }
    const unsigned second = cut(span.from, span.to, spread.seconds, by_middle, 1U);
    Part before = part;
    Part after = part;
    before.seconds = SecondSpan{span.from, second - 1};
    after.seconds = SecondSpan{second, span.to};
    return {before, after};
}

std::vector<Part> split_patients(const Part& part, const std::set<char>& alphabet)
{
    const IdEnding ending = part.patient.value_or(IdEnding{});
    if (ending.exact || ending.text.size() == longest_id) {
        return {};
    }
    std::vector<Part> parts;
    if (!ending.text.empty()) {
        parts.push_back(part);
        parts.back().patient = IdEnding{ending.text, true, false};
    }
    for (const char c : alphabet) {
        if (c == ' ' && ending.text.empty()) {
            continue;  // padding, PS3.5 6.2: no ID ends so
        }
        parts.push_back(part);
        parts.back().patient = IdEnding{c + ending.text, false, false};
    }
    return parts;
}

bool one_span(const std::string& value)
{
    return value.find_first_of("\\*?\"") == std::string::npos;
}

}  // namespace

std::string_view keyword(Dimension dimension) noexcept
{
    constexpr std::array words{"StudyDate", "StudyTime", "PatientID"};
    return words.at(static_cast<std::size_t>(dimension));
}

std::string Part::name() const
{
    std::string text;
    const auto add = [&](Dimension dimension, const std::string& value) {
        text += fmt::format("{}{}={}", text.empty() ? "" : ", ", keyword(dimension), value);
    };
    if (days && (days->from || days->to)) {
        add(Dimension::date, text_of(*days));
    }
    if (seconds) {
        add(Dimension::time, text_of(*seconds));
    }
    if (patient) {
        add(Dimension::patient, text_of(*patient));
    }
    return text.empty() ? "everything" : text;
}

bool Traits::has(Dimension dimension) const noexcept
{
    switch (dimension) {
    case Dimension::date: return day.has_value();
    case Dimension::time: return second.has_value();
    case Dimension::patient: return !patient_id.empty();
    }
    return false;
}

Traits traits_of(const dicom::DataSet& answer, dicom::QueryLevel level)
{
    Traits traits{answer.text(dicom::unique_key(level))};
    traits.day = day_of(answer.text(study_date));
    traits.second = second_of(answer.text(study_time));
    traits.patient_id = answer.text(dicom::tags::patient_id);
    return traits;
}

Place place_of(const Part& part, Dimension dimension, const Traits& traits) noexcept
{
    if (!traits.has(dimension)) {
        return Place::inside;
    }
    if (dimension == Dimension::date && part.days) {
        const bool in = (!part.days->from || *traits.day >= *part.days->from) &&
                        (!part.days->to || *traits.day <= *part.days->to);
        return in ? Place::inside : Place::outside;
    }
    if (dimension == Dimension::time && part.seconds) {
        const SecondSpan& span = *part.seconds;
        const bool in = *traits.second >= span.from && *traits.second <= span.to;
        return in                                ? Place::inside
               : *traits.second + 1 == span.from ? Place::beside  // text_of() asks for it
                                                 : Place::outside;
    }
    return dimension == Dimension::patient && part.patient ? place(*part.patient, traits.patient_id)
                                                           : Place::inside;
}

void Spread::add(const Traits& traits)
{
    if (traits.day && (days.size() < most_days || days.contains(*traits.day))) {
        ++days[*traits.day];
    }
    if (traits.second) {
        ++seconds[*traits.second];
    }
}

std::vector<Part> split(const Part& part, Dimension dimension, const Spread& spread,
                        const std::set<char>& alphabet, bool by_middle, sys_days today)
{
    switch (dimension) {
    case Dimension::date: return split_days(part, spread, by_middle, today);
    case Dimension::time: return split_seconds(part, spread, by_middle);
    case Dimension::patient: return split_patients(part, alphabet);
    }
    return {};
}

Question narrowed(const Question& question, const Part& part, const std::set<Dimension>& dimensions)
{
    Question result = question;
    const auto want = [&](Dimension dimension, dicom::Tag tag, const std::string& value) {
        if (!value.empty() || (dimensions.contains(dimension) && !result.identifier.has(tag))) {
            result.identifier.set_text(tag, value);
        }
    };
    const bool dated = part.days && (part.days->from || part.days->to);
    want(Dimension::date, study_date, dated ? text_of(*part.days) : "");
    want(Dimension::time, study_time, part.seconds ? text_of(*part.seconds) : "");
    want(Dimension::patient, dicom::tags::patient_id, part.patient ? text_of(*part.patient) : "");
    return result;
}

Part whole_of(const Question& question)
{
    const std::string value = question.identifier.text(study_date);
    Part part;
    if (value.empty() || !one_span(value)) {
        return part;
    }
    const auto hyphen = dicom::range_hyphen(dicom::Vr::DA, value);
    const bool range = hyphen != std::string::npos;
    part.days =
        DaySpan{day_of(value.substr(0, hyphen)), day_of(range ? value.substr(hyphen + 1) : value)};
    return part;
}

std::set<Dimension> dimensions_of(const Question& question)
{
    std::set<Dimension> dimensions;
    if (question.level > dicom::QueryLevel::study) {
        return dimensions;
    }
    const auto free = [&](dicom::Tag tag) { return question.identifier.text(tag).empty(); };
    if (question.level == dicom::QueryLevel::study) {
        const std::string date = question.identifier.text(study_date);
        const Part whole = whole_of(question);
        const bool spanned = whole.days && (whole.days->from || whole.days->to);
        if (date.empty() || (one_span(date) && spanned)) {
            dimensions.insert(Dimension::date);
            if (free(study_time)) {
                dimensions.insert(Dimension::time);
            }
        }
    }
    if (free(dicom::tags::patient_id)) {
        dimensions.insert(Dimension::patient);
    }
    return dimensions;
}

}  // namespace pacs::query
