// pacs-store: send objects to a peer (C-STORE, PS3.4 Annex B) or take them into an archive.

#include "cli/peer_options.hpp"
#include "cli/validators.hpp"
#include "dicom/words.hpp"
#include "send/destination.hpp"
#include "send/job.hpp"
#include "send/stored_record.hpp"

#include <memory>

namespace {

using namespace pacs;
using cli::ExitCode;

const cli::ToolInfo info{
    .name = "pacs-store",
    .summary = "send DICOM objects to a peer or into an archive",
    .description =
        "Sends the objects of each SOURCE to DEST and prints a record for each, then a summary. "
        "SOURCE is a file, a folder (with all beneath it), an archive, or - for standard input: "
        "a tar stream, one DICOM object, or records with a path, one a line. DEST is a peer "
        "(TITLE@HOST:PORT, or @NAME of pacs.toml) or the folder of an archive, which then no "
        "daemon may be using.\n"
        "\n"
        "Only the contexts that the objects need are proposed, for more than 128 over several "
        "associations. An object goes out byte by byte as it is in the file when the peer accepts "
        "its transfer syntax; else it is converted to one that the peer accepts, without loss and "
        "never without its pixels; else it fails with the reason. A file without preamble or meta "
        "header is sent and marked repaired. Files that are no DICOM are skipped when they were "
        "found in a folder, and fail when they were named.\n"
        "\n"
        "What can pass (a peer out of resources or busy, a lost connection) is tried again after "
        "a wait that doubles each time; what cannot is not. A run that was stopped goes on with "
        "--resume and its own records: what they say is stored at the same DEST is skipped.\n"
        "\n"
        "Into an archive bytes go as they are, as safely as the daemon stores them; an object "
        "that is there already is skipped (exists), one with other content follows --on-conflict.",
    .examples = {{"Send a folder", "pacs-store /srv/export @archive"},
                 {"What would be accepted, without sending",
                  "pacs-store --dry-run /srv/export @archive"},
                 {"Send what an index or a query named, four associations at once",
                  "find /srv/export -name '*.dcm' | pacs-store -j 4 - @archive"},
                 {"Go on after an interruption",
                  "pacs-store /srv/export @archive > run1.ndjson; pacs-store --resume run1.ndjson "
                  "/srv/export @archive"},
                 {"Send a tar stream with another patient ID, skipping what is there",
                  "tar cf - /srv/export | pacs-store --set PatientID=TRIAL-7 --skip-existing - "
                  "@archive"}},
    .see_also = {"pacs-echo(1)", "pacs-find(1)", "pacs-archived(1)", "pacs-records(5)",
                 "pacs-exit-status(7)", "pacs-conformance(7)"},
    .exit_notes = {{"0", "every object is stored, perhaps with a warning, or was there already"},
                   {"1", "some objects failed; their records say why"},
                   {"3",
                    "the peer could not be reached, refused us, or went away for good; "
                    "objects that were not tried have no record"},
                   {"4", "standard input is neither tar, nor an object, nor records"},
                   {"7", "DEST is an archive that a daemon is using"}},
};

struct Options {
    std::vector<std::string> sources;
    std::string destination;
    std::vector<std::string> set;
    std::vector<std::string> resume;
    send::JobOptions job;
    send::DestinationOptions to;
};

ExitCode store(const Options& options, const cli::PeerOptions& peer, cli::Run& run)
{
    const cli::Target target = peer.resolve(run.config(), options.destination);
    const send::Coercion coercion{options.set};
    const stream::DoneList done = send::stored_before(target.word, options.resume);
    stream::Source source{options.sources, {.is_done = [&target](const stream::Record& record) {
                              return send::is_stored_record(record, target.word);
                          }}};
    send::DestinationOptions to = options.to;
    to.endpoint = target.endpoint;
    to.request = cli::request_options(target.settings);
    to.coercion = &coercion;
    send::Destination destination{std::move(to)};
    const auto counters = std::make_shared<send::JobCounters>();
    run.records().on_summary([counters](JsonLine& summary) { counters->write(summary); });
    send::JobOptions how = options.job;
    how.node = target.word;
    how.dry = options.to.dry;
    how.max_lanes = target.settings.max_associations;
    how.coercion = &coercion;
    how.done = &done;
    how.existing = destination.existing();
    how.counters = counters.get();
    how.on_record = [&run](const JsonLine& record, std::uint64_t bytes) {
        run.records().write(record);
        run.progress().add(1, bytes);
    };
    send::Job job{std::move(how), source, [&destination] { return destination.make_lane(); }};
    job.run();
    return run.records().exit_code();
}

void add_options(CLI::App& app, Options& options)
{
    app.add_option("SOURCE", options.sources, "What to send: a file, folder, archive, or -")
        ->required();
    app.add_option("DEST", options.destination, "Where to: peer or archive")->required();
    app.add_option("-j,--jobs", options.job.lanes, "Send over N associations at once")
        ->type_name("N")
        ->check(CLI::Range(1, 64));
    app.add_flag("--skip-existing", options.to.skip_existing,
                 "Ask DEST for each series, and send only what it does not have");
    app.add_option("--resume", options.resume,
                   "Skip what these records of earlier runs say is stored at DEST")
        ->type_name("FILE");
    app.add_option("--set", options.set, "Set an attribute in every object; the record says so")
        ->type_name("KEY=VALUE");
    app.add_flag("--dry-run", options.to.dry, "Negotiate, and say what would be sent and how");
    app.add_flag("--as-is", options.to.as_is, "Never convert to another transfer syntax");
    app.add_option("--retries", options.job.retry.retries, "Try again so often what can pass")
        ->type_name("N")
        ->check(CLI::Range(0, 100));
    cli::add_duration(app, "--retry-delay", options.job.retry.delay,
                      "Wait so long before the first retry");
    app.add_option("--on-conflict", options.to.on_conflict,
                   "What an archive does with other content under the same UID")
        ->check(CLI::IsMember({"keep", "replace", "reject"}))
        ->group("Archive");
    app.add_option("--durability", options.to.durability, "When an object counts as stored")
        ->check(CLI::IsMember({"flushed", "os"}))
        ->group("Archive");
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    cli::Tool tool{info};
    add_options(tool.options(), options);
    tool.offer_formats({cli::Format::ndjson, cli::Format::table}, send::stored_columns());
    tool.offer_progress();
    tool.offer_words(cli::WordKind::assignment, dicom::edit_words);
    tool.accept_dcmtk_habits(cli::PeerPlace::last);
    const cli::PeerOptions peer{tool,
                                {"calling", "connect_timeout", "timeout", "max_pdu", "async_window",
                                 "user", "passcode_file"}};
    return tool.run(argc, argv, [&](cli::Run& run) { return store(options, peer, run); });
}
