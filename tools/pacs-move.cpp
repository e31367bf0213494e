// pacs-move: have one peer send to another (C-MOVE, PS3.4 C.4.2).

#include "base/error.hpp"
#include "cli/peer_options.hpp"
#include "cli/validators.hpp"
#include "moving/gather.hpp"
#include "moving/job.hpp"
#include "pacs-move-words.hpp"
#include "query-options.hpp"
#include "query/key_words.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace {

using namespace pacs;
using cli::ExitCode;

struct Options {
    std::string source;
    std::string destination;
    std::string level;
    std::vector<std::string> resume;
    moving::GatherOptions gather;
    moving::JobOptions job;
    bool verify = false;
    std::chrono::milliseconds verify_wait{30'000};
};

std::unique_ptr<query::Source> asking(const cli::Target& target)
{
    return query::open_source(target.endpoint, {cli::request_options(target.settings)});
}

std::unique_ptr<moving::Verifier> make_verifier(const Options& options, const cli::Target& source,
                                                const cli::TitledEntity& destination)
{
    if (!options.verify) {
        return nullptr;
    }
    if (!destination.peer) {
        throw Error(ErrorKind::usage,
                    fmt::format("reading the command line: --verify asks {}, and only its title is "
                                "known",
                                destination.title),
                    "write it as TITLE@HOST:PORT, or @NAME of pacs.toml");
    }
    return std::make_unique<moving::Verifier>(
        asking(source), asking(*destination.peer),
        moving::VerifierOptions{options.verify_wait, options.gather.wishes.patient_root});
}

ExitCode move(const Options& options, const cli::PeerOptions& peers, cli::Run& run)
{
    const cli::Target source = peers.resolve_peer(
        run.config(), options.source, "pacs-store sends what a folder has, pacs-get fetches");
    const auto destination = peers.resolve_entity(run.config(), options.destination);
    const auto verifier = make_verifier(options, source, destination);
    const moving::Parties parties{source.word, options.destination, destination.title};
    const stream::DoneList done{
        [&parties](const stream::Record& record) { return moving::key_of_moved(record, parties); },
        options.resume};
    moving::GatherOptions gather = options.gather;
    gather.wishes.level = dicom::parse_level_name(options.level);
    gather.charset = query::query_charset(source.settings.charset);
    gather.parties = parties;
    gather.open_source = [&source] { return asking(source); };
    gather.tell = run.records().writer();
    const auto gatherer = std::make_shared<moving::Gatherer>(std::move(gather));
    const auto counters = std::make_shared<moving::JobCounters>();
    run.records().on_summary([gatherer, counters](JsonLine& summary) {
        gatherer->summarize(summary);
        counters->write(summary);
    });
    stream::Input input{STDIN_FILENO, "standard input"};
    gatherer->run(input);
    run.progress().expect(gatherer->instances(), 0);
    moving::JobOptions how = options.job;
    how.parties = parties;
    how.source = source.endpoint.address;
    how.request = cli::request_options(source.settings);
    how.patient_root = options.gather.wishes.patient_root;
    how.done = &done;
    how.verifier = verifier.get();
    how.keep_within(source.settings.max_associations);
    how.counters = counters.get();
    how.on_record = [&run](const JsonLine& record, std::uint64_t instances) {
        run.records().write(record);
        run.progress().add(instances, 0);
    };
    moving::run(gatherer->plan(), how);
    return gatherer->failed() ? ExitCode::findings : run.records().exit_code();
}

void add_options(CLI::App& app, Options& options)
{
    app.option_defaults()->group("Query");
    add_wish_options(app, options.gather.wishes);
    app.add_option("--level", options.level, "What one C-MOVE asks for; default by the keys")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"study", "series", "instance"}));
    app.option_defaults()->group("Options");
    app.add_option("-j,--jobs", options.job.lanes, "Move over N associations at once")
        ->type_name("N")
        ->check(CLI::Range(1, 64));
    cli::add_duration(app, "--pause", options.job.pause, "Wait so long between two moves");
    cli::add_number(app, "--max-instances", options.gather.most_instances,
                    "Move nothing when there are more; 0 is no limit");
    app.add_flag("--verify", options.verify,
                 "Ask DEST afterwards what it has, instance by instance");
    cli::add_duration(app, "--verify-wait", options.verify_wait,
                      "Go on asking DEST so long for what is missing");
    app.add_option("--resume", options.resume,
                   "Skip what these records of earlier runs say was moved to DEST")
        ->type_name("FILE");
    app.add_flag("--dry-run", options.job.dry, "Find and count, and say what would be moved");
    cli::add_duration(app, "--stall-timeout", options.job.idle_timeout,
                      "Time a move may go without progress");
    cli::add_duration(app, "--cancel-timeout", options.job.cancel_timeout,
                      "Time SOURCE has to end a move that is cancelled");
    app.add_option("--retries", options.job.retry.retries, "Try again so often what can pass")
        ->type_name("N")
        ->check(CLI::Range(0, 100));
    cli::add_duration(app, "--retry-delay", options.job.retry.delay,
                      "Wait so long before the first retry");
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    cli::Tool tool{info};
    CLI::App& app = tool.options();
    app.add_option("source", options.source, "Who is to send")->type_name("SOURCE")->required();
    app.add_option("dest", options.destination, "Where to")->type_name("DEST")->required();
    app.add_option("what", options.gather.wishes.keys, "UIDs, what to match, or - for records")
        ->type_name("KEY=VALUE");
    add_options(app, options);
    tool.offer_formats({cli::Format::ndjson, cli::Format::table}, moving::moved_columns());
    tool.offer_progress();
    tool.offer_words(cli::WordKind::assignment, query::key_words);
    const cli::PeerOptions peers{
        tool,
        {"calling", "charset", "connect_timeout", "timeout", "max_pdu", "user", "passcode_file"}};
    return tool.run(argc, argv, [&](cli::Run& run) { return move(options, peers, run); });
}
