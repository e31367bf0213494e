#include "moving/gather.hpp"

#include "base/error.hpp"
#include "base/spool.hpp"
#include "moving/census.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::moving {

namespace {

bool is_narrowed(const query::Question& question)
{
    return std::ranges::any_of(question.identifier.elements(), [](const dicom::Element& element) {
        return element.tag != dicom::tags::query_retrieve_level &&
               element.tag != dicom::tags::specific_character_set &&
               (!element.value.empty() || !element.items.empty());
    });
}

query::Question question_of(const query::Wishes& wishes, const dicom::CharacterSet& charset)
{
    auto question = query::make_question(wishes, charset, query::today());
    if (question.level == dicom::QueryLevel::patient) {
        throw Error(ErrorKind::usage, "reading the query: patients are moved study by study",
                    "name the patient with --patient-id, and no level");
    }
    if (!is_narrowed(question)) {
        throw Error(ErrorKind::usage, "reading the command line: nothing says what is to be moved",
                    "StudyInstanceUID='*' would be everything");
    }
    return question;
}

}  // namespace

Gatherer::Gatherer(GatherOptions options)
    : options_(std::move(options)), each_(std::erase(options_.wishes.keys, "-") > 0)
{
    uids_ = query::take_bare_uids(options_.wishes);
    if (!each_ && uids_.empty()) {
        question_ = question_of(options_.wishes, options_.charset);
    }
    query::EnquiryOptions how{options_.parties.node, options_.charset};
    how.on_record = [this](const JsonLine& record, std::string_view, bool) { take(record); };
    enquiry_ = std::make_unique<query::Enquiry>(options_.open_source(), std::move(how));
}

void Gatherer::take(const JsonLine& record)
{
    if (record.outcome() == Outcome::failed) {
        options_.tell(record);
        return;
    }
    const stream::Record read = reader_.parse(record.str());
    if (record.outcome() == Outcome::ok || read.get("reason") != "mismatch") {
        plan_.add(record);
    } else if (const auto unit = read_unit(read)) {
        options_.tell(passed_over_record(
            options_.parties, *unit,
            {Outcome::failed, "mismatch", fmt::format("not moved: {}", read.get("message"))}));
    }
}

void Gatherer::ask(stream::Input& input)
{
    if (!each_ && uids_.empty()) {
        enquiry_->ask(question_);
        return;
    }
    Spool words;
    for (const std::string& uid : uids_) {
        words.add(uid + "\n");
    }
    stream::Input named{words.rewind(), "the command line"};
    enquiry_->ask_each(options_.wishes, options_.charset, query::today(), named);
    if (each_) {
        enquiry_->ask_each(options_.wishes, options_.charset, query::today(), input);
    }
}

void Gatherer::run(stream::Input& input)
{
    ask(input);
    enquiry_->close();
    const auto source = options_.open_source();
    Census census{*source, options_.wishes.patient_root};
    instances_ = plan_.settle([&census](const Unit& unit) { return census.count(unit); });
    source->close();
    check_gate();
}

void Gatherer::check_gate() const
{
    const std::uint64_t most = options_.most_instances;
    if (most == 0 || (instances_ <= most && !plan_.uncounted())) {
        return;
    }
    throw Error(
        ErrorKind::refused,
        fmt::format("moving: {} instances{} are more than the {} that --max-instances "
                    "allows; nothing was moved",
                    instances_, plan_.uncounted() ? ", and some that nobody counts," : "", most),
        "look with --dry-run, then ask for less or allow more");
}

void Gatherer::summarize(JsonLine& summary) const
{
    summary.add("instances", instances_);
    enquiry_->summarize(summary);
}

}  // namespace pacs::moving
