#include "retrieve/selection.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "dicom/uid.hpp"
#include "query/answer_check.hpp"
#include "query/answer_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace pacs::retrieve {

namespace {

using dicom::QueryLevel;
using stream::Record;

/// Instances of one study that are gathered before they are fetched, at most.
constexpr std::size_t most_gathered = 100'000;
/// What their records bring along takes no more memory than about this.
constexpr std::size_t most_gathered_bytes = std::size_t{16} << 20U;

/// Whether options or keys select something, or only UIDs were named.
bool asks(const query::Wishes& wishes)
{
    return !wishes.keys.empty() || !wishes.study.empty() || !wishes.series.empty() ||
           !wishes.accession.empty() || !wishes.patient_id.empty() || !wishes.modality.empty() ||
           !wishes.name.empty() || !wishes.date.empty() || !wishes.since.empty() ||
           !wishes.until.empty();
}

bool is_blank(const Record& record)
{
    return record.kind == Record::Kind::path &&
           record.text.find_first_not_of(" \t\r") == std::string::npos;
}

/// The question whose answers name studies, or parts of them.
query::Question question_for(query::Wishes wishes, const dicom::CharacterSet& charset)
{
    query::Question question = query::make_question(wishes, charset, query::today());
    wishes.level = std::max(question.level, QueryLevel::study);
    wishes.named_only = true;
    for (const char* key : {"StudyInstanceUID", "PatientID"}) {
        wishes.keys.emplace_back(key);  // to be returned
    }
    return query::make_question(wishes, charset, query::today());
}

}  // namespace

bool StudyWish::tells_all() const noexcept
{
    return !series.empty() && std::ranges::all_of(series, [](const WishedSeries& each) {
        return !each.instances.empty() &&
               std::ranges::none_of(each.instances, [](const WishedInstance& instance) {
                   return instance.sop_class.empty();
               });
    });
}

Selection::Selection(SelectionOptions options, query::Source& source, JobHub hub)
    : options_(std::move(options)), source_(source), hub_(std::move(hub))
{
    auto& words = options_.words;
    each_ = std::erase(words, "-") > 0;
    const auto keys =
        std::stable_partition(words.begin(), words.end(),
                              [](const std::string& word) { return dicom::is_valid_uid(word); });
    options_.wishes.keys.assign(keys, words.end());
    words.erase(keys, words.end());
    std::set<std::string> seen;
    std::erase_if(words, [&](const std::string& word) { return !seen.insert(word).second; });
    const bool question = asks(options_.wishes);
    if (each_ && (question || !words.empty())) {
        throw Error(ErrorKind::usage,
                    "reading the command line: records on standard input and WHAT beside them");
    }
    if (question && !words.empty()) {  // UIDs narrow the question
        auto& studies = options_.wishes.study;
        studies.insert(studies.end(), words.begin(), words.end());
        words.clear();
    }
    if (!each_ && !question && words.empty()) {
        throw Error(ErrorKind::usage, "reading the command line: WHAT is required",
                    "name studies by UID, ask by KEY=VALUE, or pipe records in and say -");
    }
    if (question) {
        (void)question_for(options_.wishes, options_.charset);  // what cannot be asked, now
    }
    if (each_) {
        input_ = std::make_unique<stream::Input>(options_.standard_input, "standard input");
    }
}

Selection::~Selection() = default;

void Selection::tell_failure(const std::string& study, const Failure& why) const
{
    Identity identity;
    identity.study = study;
    hub_.tell(
        {missing_record(identity, {hub_.node, {}}, why, {}), 0, complaint(identity, why.message)});
}

std::optional<StudyWish> Selection::next()
{
    if (StopFlag::instance().raised()) {
        return std::nullopt;
    }
    if (named_ < options_.words.size()) {
        StudyWish wish;
        wish.study = options_.words[named_++];
        return wish;
    }
    if (!each_ && !asked_ && !offline_ && asks(options_.wishes)) {
        asked_ = true;
        ask(options_.wishes);
    }
    return input_ ? read() : std::nullopt;
}

std::optional<StudyWish> Selection::next_known()
{
    offline_ = true;
    return each_ ? std::nullopt : next();
}

/// Puts a question and keeps the answers, as records.
void Selection::ask(const query::Wishes& wishes)
{
    const query::Question question = question_for(wishes, options_.charset);
    const query::AnswerCheck check{question, options_.charset};
    auto answers = std::make_unique<Spool>();
    std::uint64_t useless = 0;
    const query::Ending ending = source_.ask(question, 0, [&](query::Answer&& answer, bool) {
        answer.place.reset();  // where it lies is asked for with its class
        const auto finding = check.check(answer);
        const bool good = finding.verdict == query::Verdict::good ||
                          finding.verdict == query::Verdict::character_set;
        if (good) {
            answers->add(
                query::answer_record(question, answer, finding, {}, options_.charset).str());
        } else {
            ++useless;
            log::info("an answer is not used: {}", finding.message);
        }
    });
    if (useless > 0) {
        log::warning("{} answers do not match what was asked for and are not fetched", useless);
    }
    if (const std::string message = query::ending_message(ending); !message.empty()) {
        tell_failure({}, {.reason = "status", .message = message});
    } else if (ending.answers == useless) {
        tell_failure({}, {.reason = "not_found", .message = "nothing matches"});
    }
    answers_ = std::move(answers);
    input_ = std::make_unique<stream::Input>(answers_->rewind(), "the answers");
}

std::optional<StudyWish> Selection::read()
{
    stream::Input::Line line;
    while (ready_.empty()) {
        if (StopFlag::instance().raised()) {
            return std::nullopt;
        }
        if (!input_->read_line(line, reader_.limits().line_bytes)) {
            return std::exchange(gathering_, std::nullopt);
        }
        ++line_;
        take(reader_.parse(line.text));
    }
    StudyWish wish = std::move(ready_.front());
    ready_.pop_front();
    return wish;
}

void Selection::refuse_line(const Record& record) const
{
    if (record.kind == Record::Kind::malformed || record.kind == Record::Kind::path) {
        throw Error(ErrorKind::data,
                    fmt::format("reading line {} of {}: {}", line_, input_->name(),
                                record.kind == Record::Kind::path ? "neither a record nor a UID"
                                                                  : log::printable(record.text)));
    }
}

/// Adds what a record asks for to what is gathered; puts into `ready_` what is complete by that.
void Selection::take(const Record& record)
{
    const std::string type = record.get("type");
    if (is_blank(record) || type == "summary" || type == "removed") {
        return;
    }
    if (type == "file") {
        hub_.tell({no_object_record(record.members), 0, {}});
        return;
    }
    refuse_line(record);
    const bool bare = record.kind == Record::Kind::uid;
    const std::string study = bare ? record.text : record.get("StudyInstanceUID");
    const std::string series = bare ? "" : record.get("SeriesInstanceUID");
    const std::string instance = bare ? "" : record.get("SOPInstanceUID");
    if (study.empty() && !record.get("PatientID").empty()) {
        if (!offline_) {
            take_studies_of(record.get("PatientID"));
        }
        return;
    }
    const auto valid = [](const std::string& uid) {
        return uid.empty() || dicom::is_valid_uid(uid);
    };
    if (study.empty() || !valid(study) || !valid(series) || !valid(instance) ||
        (series.empty() && !instance.empty())) {
        tell_failure(
            valid(study) ? study : "",
            {.reason = "no_unique_key",
             .message = "the record does not name a study, series and instance by valid UIDs"});
        return;
    }
    const bool other = gathering_ && (gathering_->study != study || series.empty());
    if (other || gathered_ >= most_gathered || gathered_bytes_ >= most_gathered_bytes) {
        give_out();
    }
    if (!series.empty()) {
        gather(record, study, series, instance);
    } else if (std::exchange(last_whole_, study) != study) {
        ready_.push_back({study, record.get("PatientID"), {}, members_to_keep(record.members)});
    }
}

/// No more parts of the study that is gathered will follow.
void Selection::give_out()
{
    if (gathering_) {
        ready_.push_back(*std::exchange(gathering_, std::nullopt));
    }
    gathered_ = 0;
    gathered_bytes_ = 0;
}

/// A series, or an instance of it.
void Selection::gather(const Record& record, const std::string& study, const std::string& series,
                       const std::string& instance)
{
    if (study == last_whole_) {
        return;  // the whole study was given out just before
    }
    last_whole_.clear();
    if (!gathering_) {
        gathering_.emplace(StudyWish{study, record.get("PatientID"), {}, {}});
    }
    ++gathered_;
    auto members = members_to_keep(record.members);
    for (const stream::Member& member : members) {
        gathered_bytes_ += sizeof member + member.name.size() + member.json.size();
    }
    auto& all = gathering_->series;
    auto found = std::ranges::find(all, series, &WishedSeries::uid);
    if (found == all.end()) {
        found = all.insert(all.end(), {series, {}, {}});
    } else if (found->instances.empty()) {
        return;  // all of it is asked for already
    }
    auto& instances = found->instances;
    if (instance.empty()) {
        instances.clear();
        found->members = std::move(members);
    } else {
        instances.push_back({instance, record.get("SOPClassUID"),
                             record.get("AvailableTransferSyntaxUID"), std::move(members)});
    }
}

/// A record of a patient: its studies are asked for.
void Selection::take_studies_of(const std::string& patient_id)
{
    query::Wishes wishes;
    wishes.patient_id = {patient_id};
    wishes.level = QueryLevel::study;
    wishes.named_only = true;
    wishes.patient_root = options_.wishes.patient_root;
    wishes.keys = {"StudyInstanceUID"};
    query::Question question;
    try {
        question = query::make_question(wishes, options_.charset, query::today());
    } catch (const Error& error) {
        tell_failure({}, {.reason = "no_unique_key", .message = error.what()});
        return;
    }
    const query::AnswerCheck check{question, options_.charset};
    std::size_t found = 0;
    const query::Ending ending =
        source_.ask(question, most_gathered, [&](query::Answer&& answer, bool) {
            const std::string study = answer.identifier.text(dicom::tags::study_instance_uid);
            if (check.check(answer).verdict == query::Verdict::good && dicom::is_valid_uid(study)) {
                ready_.push_back({study, patient_id, {}, {}});
                ++found;
            }
        });
    if (const std::string message = query::ending_message(ending); !message.empty()) {
        tell_failure({}, {.reason = "status", .message = message});
    } else if (found == 0) {
        tell_failure({}, {.reason = "not_found", .message = "nothing matches"});
    }
}

}  // namespace pacs::retrieve
