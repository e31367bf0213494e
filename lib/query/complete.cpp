#include "query/complete.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "base/units.hpp"
#include "dicom/dictionary.hpp"
#include "query/answer_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace pacs::query {

namespace {

constexpr std::size_t most_gaps = 20;

std::optional<std::uint64_t> number(const std::string& text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{value}
                                                                    : std::nullopt;
}

PartEnd end_of(const Ending& ending)
{
    if (ending.http_status && ending.truncated != Truncated::yes) {
        return !failed(ending)              ? PartEnd::success
               : *ending.http_status == 413 ? PartEnd::cut
               : *ending.http_status < 500  ? PartEnd::refused
                                            : PartEnd::cut;
    }
    if (!ending.status || ending.truncated == Truncated::yes) {
        return PartEnd::cut;
    }
    const std::uint16_t code = ending.status->code;
    if (ending.status->success()) {
        return PartEnd::success;
    }
    const bool of_the_question = (code & 0xFF00U) == 0xA900U || code < 0x0200U;
    return of_the_question ? PartEnd::refused : PartEnd::cut;
}

/// As many as unique keys are named; nothing when they are none or a pattern.
std::optional<std::uint64_t> named_keys(const Question& question)
{
    const auto keys = question.identifier.texts(dicom::unique_key(question.level));
    const bool pattern = std::ranges::any_of(keys, [](const std::string& key) {
        return key.empty() || key.find_first_of("*?\"") != std::string::npos;
    });
    return keys.empty() || pattern ? std::nullopt : std::optional<std::uint64_t>{keys.size()};
}

/// Whether fewer may answer than are beneath the unique keys.
bool is_filtered(const Question& question)
{
    return std::ranges::any_of(question.identifier.elements(), [&](const dicom::Element& element) {
        const auto level = dicom::level_of(element.tag);
        const bool known =
            element.tag == dicom::tags::specific_character_set ||
            element.tag == dicom::tags::query_retrieve_level ||
            (level && *level < question.level && element.tag == dicom::unique_key(*level));
        return !known && (!element.value.empty() || !element.items.empty());
    });
}

dicom::QueryLevel above(dicom::QueryLevel level)
{
    return static_cast<dicom::QueryLevel>(static_cast<std::uint8_t>(level) - 1);
}

/// Asks at the level above for the number of what `question` is about.
Question count_question(const Question& question, dicom::Tag number)
{
    Question count;
    count.root = question.root;
    count.level = above(question.level);
    for (const dicom::QueryLevel level :
         {dicom::QueryLevel::patient, dicom::QueryLevel::study, dicom::QueryLevel::series}) {
        const dicom::Tag tag = dicom::unique_key(level);
        const std::string value = question.identifier.text(tag);
        if (level <= count.level && !value.empty()) {
            count.identifier.set_text(tag, value);
        }
    }
    count.identifier.set_text(number, "");
    count.identifier.set_text(dicom::tags::query_retrieve_level, dicom::level_value(count.level));
    return count;
}

}  // namespace

std::optional<dicom::Tag> number_above(dicom::QueryLevel level) noexcept
{
    constexpr dicom::Tag study_related_series{0x0020, 0x1206};
    constexpr dicom::Tag series_related_instances{0x0020, 0x1209};
    switch (level) {
    case dicom::QueryLevel::series: return study_related_series;
    case dicom::QueryLevel::instance: return series_related_instances;
    default: return std::nullopt;
    }
}

Ending Completeness::ask(Source& source, const Question& question,
                         std::optional<std::uint64_t> stated, const AnswerSink& sink)
{
    broken_ = true;  // until it is over
    std::optional<std::uint64_t> at_most = named_keys(question);
    if (!at_most && number_above(question.level)) {
        at_most = stated ? stated : stated_number(source, question);
    }
    Ending ending = ask_parts(source, question, at_most, sink);
    broken_ = StopFlag::instance().raised();
    return ending;
}

/// Nothing when it cannot be had: that is no failure of the question itself.
std::optional<std::uint64_t> Completeness::stated_number(Source& source, const Question& question)
{
    const dicom::Tag tag = *number_above(question.level);
    const std::string wanted = question.identifier.text(dicom::unique_key(above(question.level)));
    if (source.tells_when_cut() || question.relational || wanted.empty() ||
        wanted.find_first_of("\\*?") != std::string::npos) {
        return std::nullopt;
    }
    ++questions_;
    std::optional<std::uint64_t> stated;
    source.ask(count_question(question, tag), 0, [&](Answer&& answer, bool) {
        const dicom::Tag key = dicom::unique_key(above(question.level));
        if (answer.identifier.text(key) == wanted) {
            stated = number(answer.identifier.text(tag));
        }
    });
    return stated;
}

Ending Completeness::ask_parts(Source& source, const Question& question,
                               std::optional<std::uint64_t> at_most, const AnswerSink& sink)
{
    const auto today = std::chrono::sys_days{query::today()};
    Evidence& evidence = evidence_.at(static_cast<std::size_t>(question.level));
    const auto dimensions = dimensions_of(question);
    const bool stated = number_above(question.level) && !is_filtered(question);
    Planner planner{
        {whole_of(question), dimensions, at_most, stated, today, options_.most_questions},
        evidence};
    const Deadline time = Deadline::after(options_.max_duration);
    Ending whole;
    std::uint64_t told = 0;
    while (const auto part = planner.next()) {
        const bool first = planner.questions() == 1;
        ++questions_;
        const Question asked = narrowed(question, *part, dimensions);
        const Ending ending = source.ask(asked, 0, [&](Answer&& answer, bool more) {
            const bool readable = answer.defect.empty();
            if (!readable || planner.take(traits_of(answer.identifier, question.level))) {
                ++told;
                sink(std::move(answer), more && first);
            }
        });
        whole = first ? ending : whole;
        if (StopFlag::instance().raised()) {
            break;
        }
        if (time.expired()) {
            throw Error(ErrorKind::limit,
                        fmt::format("asking for all answers: the question limit of {} is over",
                                    duration_value(options_.max_duration)));
        }
        if (first && source.tells_when_cut() && ending.truncated == Truncated::no) {
            return whole;
        }
        log::debug("{}: {} answers", part->name(), ending.answers);
        planner.ended(end_of(ending));
    }
    note(question, planner);
    whole.answers = told;
    if (planner.proven() && !StopFlag::instance().raised()) {
        whole.http_status ? static_cast<void>(whole.http_status = 200)
                          : static_cast<void>(whole.status = net::statuses::success);
        whole.comment.clear();
        whole.offending_elements.clear();
        whole.truncated = Truncated::no;
    } else if (whole.truncated == Truncated::no) {
        whole.truncated = Truncated::unknown;
    }
    return whole;
}

void Completeness::note(const Question& question, const Planner& planner)
{
    for (const Planner::Gap& gap : planner.gaps()) {
        std::string where;
        for (const dicom::QueryLevel level :
             {dicom::QueryLevel::study, dicom::QueryLevel::series}) {
            const std::string uid = question.identifier.text(dicom::unique_key(level));
            if (level < question.level && !uid.empty()) {
                where += fmt::format("{} {}, ", dicom::level_name(level), log::printable(uid));
            }
        }
        const std::string text = fmt::format("{}{}: {}", where, log::printable(gap.part), gap.why);
        if (gap.unless_more) {
            doubt(doubts_.at(static_cast<std::size_t>(question.level)), gap.answers, text);
            continue;
        }
        log::warning("not proven to be complete: {}", text);
        ++unproven_;
        if (gaps_.size() < most_gaps) {
            gaps_.push_back(text);
        }
    }
}

void Completeness::doubt(Doubts& doubts, std::uint64_t answers, std::string name)
{
    if (answers > doubts.answers) {
        doubts = {answers};
    }
    if (answers == doubts.answers) {
        ++doubts.count;
        if (doubts.names.size() < most_gaps) {
            doubts.names.push_back(std::move(name));
        }
    }
}

bool Completeness::stands(std::size_t level) const noexcept
{
    return doubts_[level].count > 0 && doubts_[level].answers >= evidence_[level].most;
}

bool Completeness::proven() const noexcept
{
    return unproven_ == 0 && !broken_ && !stands(0) && !stands(1) && !stands(2) && !stands(3);
}

void Completeness::summarize(JsonLine& summary) const
{
    summary.add("complete", proven() ? "proven" : "unproven").add("questions", questions_);
    std::optional<std::uint64_t> cap;
    for (const Evidence& evidence : evidence_) {
        cap = std::max(cap, evidence.cap);
    }
    if (cap) {
        summary.add("cap", *cap);
    }
    std::uint64_t unproven = unproven_;
    std::vector<std::string> gaps = gaps_;
    for (std::size_t level = 0; level < doubts_.size(); ++level) {
        if (stands(level)) {
            unproven += doubts_[level].count;
            gaps.insert(gaps.end(), doubts_[level].names.begin(), doubts_[level].names.end());
        }
    }
    gaps.resize(std::min(gaps.size(), most_gaps));
    if (unproven > 0) {
        summary.add("unproven", unproven).add("gaps", gaps);
    }
}

}  // namespace pacs::query
