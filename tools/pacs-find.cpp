// pacs-find: ask a peer, an archive or an index what it has (C-FIND, PS3.4 C.4.1).

#include "base/error.hpp"
#include "cli/peer_options.hpp"
#include "cli/validators.hpp"
#include "pacs-find-words.hpp"
#include "query-options.hpp"
#include "query/columns.hpp"
#include "query/enquiry.hpp"
#include "query/key_words.hpp"
#include "query/tree.hpp"

#include <unistd.h>

#include <memory>

namespace {

using namespace pacs;
using cli::ExitCode;

struct Options {
    std::string source;
    query::Wishes wishes;
    std::string level;
    std::string expand;
    std::uint64_t limit = 0;
    bool complete = false;
    query::CompleteOptions completeness;
    bool explain = false;
};

query::Shape shape_of(cli::Format format)
{
    return format == cli::Format::dicom_json ? query::Shape::dicom_json
           : format == cli::Format::table    ? query::Shape::text
                                             : query::Shape::record;
}

void refuse_contradictions(const Options& options, bool each)
{
    if (each && options.explain) {
        throw Error(ErrorKind::usage, "reading the command line: --explain has no use for -");
    }
    if (options.complete && options.limit > 0) {
        throw Error(ErrorKind::usage,
                    "reading the command line: --complete asks for all, --limit "
                    "for some; give one");
    }
}

query::PeerSourceOptions source_options(const Options& options, const cli::Target& target)
{
    query::PeerSourceOptions how;
    if (target.endpoint.kind == net::EndpointKind::peer) {
        how.association = cli::request_options(target.settings);
    }
    how.max_duration = options.completeness.max_duration;
    how.web = target.settings;
    return how;
}

ExitCode find(const Options& options, const cli::PeerOptions& peer, cli::Run& run)
{
    cli::Records& records = run.records();
    const cli::Target target = peer.resolve(run.config(), options.source);
    const auto charset = query::query_charset(target.settings.charset);
    query::Wishes wishes = options.wishes;
    wishes.level = dicom::parse_level_name(options.level);
    const bool each = std::erase(wishes.keys, "-") > 0;
    refuse_contradictions(options, each);
    query::Tree tree{wishes, dicom::parse_level_name(options.expand)};
    const auto question =
        each ? query::Question{} : query::make_question(tree.top(), charset, query::today());
    if (options.explain) {
        records.leave_out_summary();
        records.write_line(query::explained(question, shape_of(records.format())));
        return ExitCode::ok;
    }
    records.set_columns(query::answer_columns(tree.top().level.value_or(question.level)));
    query::EnquiryOptions how{target.word, charset, options.limit};
    how.dicom_json = records.format() == cli::Format::dicom_json;
    if (options.complete) {
        how.complete = options.completeness;
    }
    how.on_record =
        tree.watched([&records](const JsonLine& record, std::string_view json, bool more) {
            const auto next = more ? cli::Next::ready : cli::Next::waits;
            json.empty() ? records.write(record, next) : records.write_line(json, next);
        });
    const auto enquiry = std::make_shared<query::Enquiry>(
        query::open_source(target.endpoint, source_options(options, target)), how);
    records.on_summary([enquiry](JsonLine& summary) { enquiry->summarize(summary); });
    stream::Input input{STDIN_FILENO, "standard input"};
    each ? enquiry->ask_each(tree.top(), charset, query::today(), input) : enquiry->ask(question);
    tree.descend(*enquiry, charset, query::today());
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
    add_wish_options(app, options.wishes);
    add("--level", options.level, "LEVEL", "What is asked for; default by the keys, see above")
        ->check(CLI::IsMember({"patient", "study", "series", "instance"}));
    add("--expand", options.expand, "LEVEL",
        "Ask on for what is beneath each answer, down to LEVEL")
        ->check(CLI::IsMember({"study", "series", "instance"}));
    app.add_flag("--complete", options.complete, "Ask until it is proven that these are all");
    cli::add_number(app, "--max-queries", options.completeness.most_questions,
                    "Questions that --complete may ask for one", 1);
    cli::add_number(app, "-n,--limit", options.limit, "Stop after N answers; 0 is all");
    cli::add_duration(app, "--question-duration", options.completeness.max_duration,
                      "Longest time for one question, with its parts");
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
        {"calling", "charset", "connect_timeout", "timeout", "max_pdu", "user", "passcode_file",
         "token_file", "token_command", "plain_auth"}};
    return tool.run(argc, argv, [&](cli::Run& run) { return find(options, peer, run); });
}
