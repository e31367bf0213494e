#include "query/answer_record.hpp"

#include "base/log.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/record_json.hpp"
#include "stream/path_member.hpp"

#include <fmt/format.h>

namespace pacs::query {

namespace {

std::string printable_value(const dicom::Element& element, const dicom::CharacterSet& charset)
{
    std::string json;
    dicom::append_record_value(json, element, charset);
    return log::printable(json);
}

void append_lines(std::string& out, const dicom::DataSet& data_set,
                  const dicom::CharacterSet& charset, std::size_t depth)
{
    for (const dicom::Element& element : data_set.elements()) {
        out += fmt::format("{:{}}{} {} {}", "", depth * 4, element.tag.formatted(),
                           dicom::to_string(element.vr), dicom::name_of(element.tag));
        out += element.vr == dicom::Vr::SQ ? "\n" : " " + printable_value(element, charset) + "\n";
        for (const dicom::DataSet& item : element.items) {
            append_lines(out, item, charset, depth + 1);
        }
    }
}

void add_attributes(JsonLine& line, const dicom::DataSet& data_set,
                    const dicom::CharacterSet& fallback)
{
    const auto charset = dicom::character_set_of(data_set, fallback);
    std::string value;
    for (const dicom::Element& element : data_set.elements()) {
        if (element.tag == dicom::tags::query_retrieve_level ||
            element.tag == dicom::tags::specific_character_set || element.tag.element() == 0) {
            continue;
        }
        value.clear();
        dicom::append_record_value(value, element, charset);
        line.add_raw(dicom::name_of(element.tag), value);
    }
}

void add_place(JsonLine& line, const AnswerPlace& place)
{
    if (!place.path.empty()) {
        stream::add_path(line, place.inside ? "archive" : "path", place.path);
    }
    if (place.inside) {
        line.add("member", place.member);
    }
    line.add("size", place.size);
    place.digests.write(line);
}

std::string question_line(const Question& question)
{
    JsonLine line{"identifier"};
    line.add("model", question.root == dicom::QueryRoot::patient ? "patient-root" : "study-root")
        .add("relational", question.relational)
        .add("fuzzy", question.fuzzy)
        .add("QueryRetrieveLevel", dicom::level_value(question.level));
    const auto charset = question.identifier.texts(dicom::tags::specific_character_set);
    if (!charset.empty()) {
        line.add("SpecificCharacterSet", charset);
    }
    add_attributes(line, question.identifier, {});
    std::string text = line.str();
    text.pop_back();  // its newline
    return text;
}

std::string question_dicom_json(const Question& question)
{
    std::string line;
    dicom::append_dicom_json(line, question.identifier);
    return line;
}

std::string question_text(const Question& question)
{
    std::string text = fmt::format(
        "{}{}{}\n", question.root == dicom::QueryRoot::patient ? "patient root" : "study root",
        question.relational ? ", relational" : "", question.fuzzy ? ", fuzzy" : "");
    append_lines(text, question.identifier, dicom::character_set_of(question.identifier), 0);
    text.pop_back();  // the last newline
    return text;
}

std::string names_of(const std::vector<dicom::Tag>& tags)
{
    constexpr std::size_t most = 8;
    std::string text;
    for (std::size_t i = 0; i < tags.size() && i < most; ++i) {
        text += (i == 0 ? "" : ", ") + dicom::name_of(tags[i]);
    }
    return tags.size() > most ? text + ", ..." : text;
}

Truncated worse(Truncated a, Truncated b)
{
    if (a == Truncated::yes || b == Truncated::yes) {
        return Truncated::yes;
    }
    return a == Truncated::unknown || b == Truncated::unknown ? Truncated::unknown : Truncated::no;
}

}  // namespace

Outcome outcome_of(Verdict verdict) noexcept
{
    switch (verdict) {
    case Verdict::good: return Outcome::ok;
    case Verdict::mismatch:
    case Verdict::character_set: return Outcome::warning;
    default: return Outcome::failed;
    }
}

JsonLine answer_record(const Question& question, const Answer& answer,
                       const AnswerCheck::Finding& finding, std::string_view node,
                       const dicom::CharacterSet& fallback)
{
    JsonLine line{dicom::level_name(question.level), outcome_of(finding.verdict)};
    if (finding.verdict != Verdict::good) {
        line.add("reason", reason_word(finding.verdict)).add("message", finding.message);
    }
    add_attributes(line, answer.identifier, fallback);
    if (answer.place) {
        add_place(line, *answer.place);
    }
    line.add("node", node);
    return line;
}

std::string explained(const Question& question, Shape shape)
{
    switch (shape) {
    case Shape::record: return question_line(question);
    case Shape::dicom_json: return question_dicom_json(question);
    case Shape::text: return question_text(question);
    }
    return {};
}

bool failed(const Ending& ending) noexcept
{
    if (ending.http_status) {
        return *ending.http_status < 200 || *ending.http_status >= 300;
    }
    return ending.status && !ending.status->success() && !ending.status->warning() &&
           !(ending.status->cancelled() && ending.cancelled);
}

std::string ending_message(const Ending& ending)
{
    if (!failed(ending) && !(ending.status && ending.status->warning())) {
        return {};
    }
    if (ending.http_status) {
        return log::printable(ending.comment, 500);
    }
    std::string text =
        fmt::format("the peer ended the query with {} {}", ending.status->hex(),
                    ending.status->cancelled() ? "though nobody cancelled it"
                                               : ending.status->meaning(net::Service::find));
    if (!ending.offending_elements.empty()) {
        text += fmt::format(", offending: {}", names_of(ending.offending_elements));
    }
    if (!ending.comment.empty()) {
        text += fmt::format(": {}", log::printable(ending.comment));
    }
    return text;
}

void EndingSummary::add(const Ending& ending)
{
    truncated_ = worse(truncated_, ending.truncated);
    if (!failed_) {
        status_ = ending.status;
        http_status_ = ending.http_status;
    }
    if (const std::string message = ending_message(ending); !message.empty() && !failed_) {
        message_ = message;
    }
    failed_ = failed_ || query::failed(ending);
}

void EndingSummary::write(JsonLine& summary) const
{
    if (truncated_ == Truncated::unknown) {
        summary.add("truncated", "unknown");
    } else {
        summary.add("truncated", truncated_ == Truncated::yes);
    }
    if (status_) {
        summary.add("status", status_->hex());
    }
    if (http_status_) {
        summary.add("http_status", *http_status_);
    }
    if (failed_) {
        summary.add("reason", "status");
    }
    if (!message_.empty()) {
        summary.add("message", message_);
    }
}

}  // namespace pacs::query
