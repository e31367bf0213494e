// pacs-find: ask a peer, an archive or an index what it has (C-FIND, PS3.4 C.4.1).

#include "base/error.hpp"
#include "cli/peer_options.hpp"
#include "cli/validators.hpp"
#include "query/columns.hpp"
#include "query/enquiry.hpp"
#include "query/key_words.hpp"

#include <unistd.h>

#include <memory>

namespace {

using namespace pacs;
using cli::ExitCode;

const cli::ToolInfo info{
    .name = "pacs-find",
    .summary = "query a DICOM peer, an archive or an index",
    .description =
        "Asks SOURCE and prints a record for each answer, then a summary. SOURCE is a peer "
        "(TITLE@HOST:PORT, or @NAME of pacs.toml), the folder of an archive, or an index file; "
        "the same question gets the same answers from each.\n"
        "\n"
        "KEY=VALUE matches as PS3.4 C.2.2.2 says: a value, alternatives parted by \\, the "
        "wildcards * and ?, ranges of dates and times with -, and \"\" for an attribute without "
        "value. KEY alone asks for the attribute to be returned. KEY is a keyword or a tag, "
        "with dots through sequences; the same key again is one more alternative. What is worth "
        "knowing at the level is asked for too, unless --only is given.\n"
        "\n"
        "The level is study, or that of the UID that is given, or --level. The unique keys of the "
        "levels above are needed, or --relational, which not every peer grants.\n"
        "\n"
        "With - among the keys a question is asked for each record or bare UID of standard "
        "input, at the level of its lowest UID or at --level. Answers keep what the record came "
        "with; a record without answer fails as not_found.\n"
        "\n"
        "Answers are held against the question: one that does not match its keys has outcome "
        "warning and reason mismatch, one that cannot be used has outcome failed. The summary "
        "says whether they were truncated: true, false, or unknown when the peer ended with a "
        "warning or a failure, or after a number of answers at which servers are known to stop "
        "in silence (100, 200, 250, 500 and their tenfolds).",
    .examples = {{"The studies of the last week", "pacs-find @archive --since 7d"},
                 {"CT studies of a month, by name",
                  "pacs-find @archive --date 20240101-20240131 --modality CT --name doe"},
                 {"The series of these studies, in one association",
                  "pacs-find @archive --since 1y | pacs-find @archive - --level series"},
                 {"What would be sent, and nothing else",
                  "pacs-find @archive PatientBirthDate=19700101- StudyDescription --explain"}},
    .see_also = {"pacs-echo(1)", "pacs-store(1)", "pacs-records(5)", "pacs.toml(5)",
                 "pacs-exit-status(7)", "pacs-conformance(7)"},
    .exit_notes = {{"0",
                    "all was answered, or as much as --limit allows, also when that is nothing"},
                   {"1", "a query failed, an answer cannot be used, or a record has no answer"},
                   {"6", "--max-duration passed"}},
};

struct Options {
    std::string source;
    query::Wishes wishes;
    std::string level;
    std::uint64_t limit = 0;
    std::chrono::milliseconds max_duration{3'600'000};
    bool explain = false;
};

ExitCode find(const Options& options, const cli::PeerOptions& peer, cli::Run& run)
{
    cli::Records& records = run.records();
    const cli::Target target = peer.resolve(run.config(), options.source);
    const auto charset = query::query_charset(target.settings.charset);
    query::Wishes wishes = options.wishes;
    wishes.level = dicom::parse_level_name(options.level);
    const bool each = std::erase(wishes.keys, "-") > 0;
    const auto question =
        each ? query::Question{} : query::make_question(wishes, charset, query::today());
    if (each && options.explain) {
        throw Error(ErrorKind::usage, "reading the command line: --explain has no use for -");
    }
    const bool dicom_json = records.format() == cli::Format::dicom_json;
    if (options.explain) {
        records.leave_out_summary();
        records.write_line(query::explained(question, dicom_json ? query::Shape::dicom_json
                                                      : records.format() == cli::Format::table
                                                          ? query::Shape::text
                                                          : query::Shape::record));
        return ExitCode::ok;
    }
    records.set_columns(query::answer_columns(wishes.level.value_or(question.level)));
    query::EnquiryOptions how{target.word, charset, options.limit, dicom_json};
    how.on_record = [&records](const JsonLine& record, std::string_view json, bool more) {
        const auto next = more ? cli::Next::ready : cli::Next::waits;
        json.empty() ? records.write(record, next) : records.write_line(json, next);
    };
    const auto enquiry = std::make_shared<query::Enquiry>(
        query::open_source(target.endpoint,
                           {cli::request_options(target.settings), options.max_duration}),
        how);
    records.on_summary([enquiry](JsonLine& summary) { enquiry->summarize(summary); });
    stream::Input input{STDIN_FILENO, "standard input"};
    each ? enquiry->ask_each(wishes, charset, query::today(), input) : enquiry->ask(question);
    records.flush();
    enquiry->close();
    return enquiry->failed() ? ExitCode::findings : ExitCode::ok;
}

void add_options(CLI::App& app, Options& options)
{
    app.option_defaults()->group("Query");
    const auto add = [&](const char* name, auto& value, const char* type, const char* help) {
        return app.add_option(name, value, help)->type_name(type);
    };
    for (const query::WishOption& wish : query::wish_options()) {
        if (wish.flag != nullptr) {
            app.add_flag(wish.name, options.wishes.*wish.flag, wish.help);
        } else if (wish.single != nullptr) {
            add(wish.name, options.wishes.*wish.single, wish.value, wish.help);
        } else {
            add(wish.name, options.wishes.*wish.several, wish.value, wish.help);
        }
    }
    add("--level", options.level, "LEVEL", "What is asked for; default by the keys, see above")
        ->check(CLI::IsMember({"patient", "study", "series", "instance"}));
    cli::add_number(app, "-n,--limit", options.limit, "Stop after N answers; 0 is all");
    cli::add_duration(app, "--max-duration", options.max_duration, "Longest time for a question");
    app.add_flag("--explain", options.explain, "Print what would be sent, and stop");
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    cli::Tool tool{info};
    tool.accept_dcmtk_habits(cli::PeerPlace::first);
    CLI::App& app = tool.options();
    app.add_option("source", options.source, "Whom to ask")->type_name("SOURCE")->required();
    app.add_option("key", options.wishes.keys, "What to match or return; - reads records")
        ->type_name("KEY[=VALUE]");
    add_options(app, options);
    tool.offer_formats({cli::Format::ndjson, cli::Format::table, cli::Format::dicom_json},
                       query::answer_columns(dicom::QueryLevel::study));
    tool.offer_words(cli::WordKind::assignment, query::key_words);
    const cli::PeerOptions peer{
        tool,
        {"calling", "charset", "connect_timeout", "timeout", "max_pdu", "user", "passcode_file"}};
    return tool.run(argc, argv, [&](cli::Run& run) { return find(options, peer, run); });
}
