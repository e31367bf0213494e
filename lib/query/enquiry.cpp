#include "query/enquiry.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/record_json.hpp"
#include "dicom/transfer_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pacs::query {

namespace {

/// Members that speak of one run of one tool; the next one has its own.
constexpr std::array own_members{"type", "outcome", "reason",    "message", "status",
                                 "node", "seconds", "truncated", "answers"};

bool is_own_member(std::string_view name)
{
    return std::ranges::find(own_members, name) != own_members.end();
}

/// Members that an answer with a place has itself, or must not have beside it.
constexpr std::array place_members{"path",           "path_base64",    "archive",
                                   "archive_base64", "member",         "size",
                                   "sha256",         "content_sha256", "content_note"};

bool is_place_member(std::string_view name)
{
    return std::ranges::find(place_members, name) != place_members.end();
}

bool is_dicom_json(const stream::Member& member)
{
    return member.name.size() == 8 && member.json.starts_with('{') &&
           dicom::parse_tag(member.name).has_value();
}

/// What a record came with and the answer does not say anew.
void pass_through(JsonLine& line, const stream::Record& origin, const Answer& answer)
{
    for (const stream::Member& member : origin.members) {
        const auto tag = dicom::parse_tag(member.name);
        if (!is_own_member(member.name) && !is_dicom_json(member) &&
            !(tag && answer.identifier.has(*tag)) &&
            !(answer.place && is_place_member(member.name))) {
            line.add_raw(member.name, member.json);
        }
    }
}

std::string key_of(const stream::Record& record, std::string_view keyword)
{
    return record.kind == stream::Record::Kind::object ? record.get(keyword) : std::string{};
}

bool is_passed_over(const stream::Record& record)
{
    const bool blank = record.kind == stream::Record::Kind::path &&
                       record.text.find_first_not_of(" \t\r") == std::string::npos;
    return blank ||
           (record.kind == stream::Record::Kind::object && record.get("type") == "summary");
}

void refuse_line(const stream::Record& record, const stream::Input& input, std::uint64_t number)
{
    if (record.kind == stream::Record::Kind::malformed ||
        record.kind == stream::Record::Kind::path) {
        throw Error(ErrorKind::data, fmt::format("reading line {} of {}: {}", number, input.name(),
                                                 record.kind == stream::Record::Kind::path
                                                     ? "neither a record nor a UID"
                                                     : log::printable(record.text)));
    }
}

/// How many answers there should be, when the record that is asked for says so.
std::optional<std::uint64_t> stated_number(const Question& question, const stream::Record* origin)
{
    const auto tag = number_above(question.level);
    const std::string text = origin != nullptr && tag ? key_of(*origin, dicom::name_of(*tag)) : "";
    return text.empty() || text.find_first_not_of("0123456789") != std::string::npos ||
                   text.size() > 9
               ? std::nullopt
               : std::optional<std::uint64_t>{std::stoul(text)};
}

/// Small enough to be kept, and the same only for the same question.
std::string fingerprint(const Question& question)
{
    return dicom::encode(question.identifier, dicom::TransferSyntax{});
}

}  // namespace

std::optional<Wishes> wishes_for(const Wishes& wishes, const stream::Record& record)
{
    using dicom::QueryLevel;
    const QueryLevel lowest = wishes.level.value_or(QueryLevel::instance);
    const bool bare = record.kind == stream::Record::Kind::uid;
    const std::string study = bare ? record.text : key_of(record, "StudyInstanceUID");
    const std::string series = key_of(record, "SeriesInstanceUID");
    const std::string instance = key_of(record, "SOPInstanceUID");
    const std::string patient = key_of(record, "PatientID");

    Wishes result = wishes;
    bool found = false;
    const auto add = [&](std::vector<std::string>& list, QueryLevel level,
                         const std::string& value) {
        if (level <= lowest && !value.empty()) {
            list.push_back(value);
            found = true;
        }
    };
    add(result.study, QueryLevel::study, study);
    add(result.series, QueryLevel::series, series);
    if (lowest == QueryLevel::instance && !instance.empty()) {
        result.keys.push_back("SOPInstanceUID=" + instance);
        found = true;
    }
    if (wishes.patient_root || !found) {
        add(result.patient_id, QueryLevel::patient, patient);
    }
    return found ? std::optional{std::move(result)} : std::nullopt;
}

Enquiry::Enquiry(std::unique_ptr<Source> source, EnquiryOptions options)
    : source_(std::move(source)), options_(std::move(options))
{
    if (options_.complete) {
        completeness_.emplace(*options_.complete);
    }
}

void Enquiry::ask(const Question& question)
{
    put(question, nullptr);
}

void Enquiry::close()
{
    try {
        source_->close();
    } catch (const net::PeerError& error) {
        log::warning("{}", error.what());
    }
}

Ending Enquiry::ask_source(const Question& question, const stream::Record* origin,
                           const AnswerSink& sink)
{
    try {
        if (completeness_) {
            return completeness_->ask(*source_, question, stated_number(question, origin), sink);
        }
        return source_->ask(question, options_.limit, sink);
    } catch (const net::PeerError& error) {
        fault_ = error.fault();
        endings_.interrupted();
        throw;
    } catch (const Error&) {
        endings_.interrupted();
        throw;
    }
}

Ending Enquiry::put(const Question& question, const stream::Record* origin)
{
    const AnswerCheck check{question, options_.fallback};
    Ending ending = ask_source(question, origin, [&](Answer&& answer, bool more_at_hand) {
        take(question, check, answer, origin, more_at_hand);
    });
    warn_once(question);
    note(ending);
    return ending;
}

void Enquiry::take(const Question& question, const AnswerCheck& check, const Answer& answer,
                   const stream::Record* origin, bool more_at_hand)
{
    const AnswerCheck::Finding finding = check.check(answer);
    const Outcome outcome = outcome_of(finding.verdict);
    ++answers_;
    mismatches_ += finding.verdict == Verdict::mismatch ? 1 : 0;
    failed_ += outcome == Outcome::failed ? 1 : 0;
    std::string dicom_json;
    if (options_.dicom_json && finding.verdict != Verdict::unreadable) {
        dicom::append_dicom_json(dicom_json, answer.identifier, options_.fallback);
    }
    JsonLine line = answer_record(question, answer, finding, options_.node, options_.fallback);
    if (origin != nullptr) {
        pass_through(line, *origin, answer);
    }
    options_.on_record(line, dicom_json, more_at_hand);
}

void Enquiry::note(const Ending& ending)
{
    endings_.add(ending);
    if (ending.keys_unsupported && !std::exchange(keys_unsupported_, true)) {
        log::info("{} does not support all keys: some were not matched or not returned",
                  options_.node);
    }
    if (ending.truncated == Truncated::unknown && !query::failed(ending)) {
        log::info("{} answers of {} may not be all", ending.answers, options_.node);
    }
    if (const std::string message = ending_message(ending); !message.empty()) {
        log::write(query::failed(ending) ? log::Level::error : log::Level::warning,
                   fmt::format("asking {}: {}", options_.node, message));
    }
}

void Enquiry::warn_once(const Question& question)
{
    if (std::exchange(warned_, true)) {
        return;
    }
    for (const std::string& warning : question.warnings) {
        log::warning("{}", warning);
    }
    for (const std::string& name : source_->not_granted()) {
        log::warning("{} did not grant {} queries: the answers may be others than were meant",
                     options_.node, name);
    }
}

void Enquiry::ask_each(const Wishes& wishes, const dicom::CharacterSet& charset, Day now,
                       stream::Input& input)
{
    stream::RecordReader reader;
    stream::Input::Line line;
    for (std::uint64_t number = 1; input.read_line(line, reader.limits().line_bytes); ++number) {
        if (StopFlag::instance().raised()) {
            endings_.interrupted();
            return;
        }
        const stream::Record record = reader.parse(line.text);
        if (is_passed_over(record)) {
            continue;
        }
        try {
            refuse_line(record, input, number);
        } catch (const Error&) {
            endings_.interrupted();
            throw;
        }
        ask_for(wishes, charset, now, record);
    }
}

void Enquiry::ask_for(const Wishes& wishes, const dicom::CharacterSet& charset, Day now,
                      const stream::Record& record)
{
    const dicom::QueryLevel level = wishes.level.value_or(dicom::QueryLevel::study);
    const auto named = wishes_for(wishes, record);
    if (!named) {
        tell_failure(level, "no_unique_key", "the record has no unique key of the level", record);
        return;
    }
    Question question;
    try {
        question = make_question(*named, charset, now);
    } catch (const Error& error) {
        tell_failure(level, "no_unique_key", error.what(), record);
        return;
    }
    if (fingerprint(question) == last_question_) {
        return;
    }
    last_question_ = fingerprint(question);
    const Ending ending = put(question, &record);
    if (query::failed(ending)) {
        tell_failure(question.level, "status", ending_message(ending), record);
    } else if (ending.answers == 0 && ending.truncated == Truncated::no) {
        tell_failure(question.level, "not_found", "nothing matches", record);
    }
}

void Enquiry::tell_failure(dicom::QueryLevel level, std::string_view reason,
                           std::string_view message, const stream::Record& origin)
{
    ++failed_;
    JsonLine line{dicom::level_name(level), Outcome::failed};
    line.add("reason", reason).add("message", message);
    if (origin.kind == stream::Record::Kind::uid) {
        line.add("StudyInstanceUID", origin.text);
    }
    pass_through(line, origin, Answer{});
    line.add("node", options_.node);
    options_.on_record(line, {}, false);
}

void Enquiry::summarize(JsonLine& summary) const
{
    summary.add("node", options_.node).add("answers", answers_);
    if (mismatches_ > 0) {
        summary.add("mismatches", mismatches_);
    }
    if (keys_unsupported_) {
        summary.add("keys_unsupported", true);
    }
    if (completeness_) {
        completeness_->summarize(summary);
    }
    endings_.write(summary);
    if (fault_) {
        summary.add("reason", net::reason_word(*fault_));
    }
}

}  // namespace pacs::query
