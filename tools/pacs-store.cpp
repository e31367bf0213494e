// pacs-store: send objects to a peer (C-STORE), a DICOMweb service (STOW-RS), or into an archive.

#include "cli/peer_options.hpp"
#include "cli/validators.hpp"
#include "dicom/words.hpp"
#include "pacs-store-words.hpp"
#include "send/destination.hpp"
#include "send/job.hpp"
#include "send/stored_record.hpp"

#include <memory>

namespace {

using namespace pacs;
using cli::ExitCode;

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
    if (target.endpoint.kind != net::EndpointKind::url) {
        to.request = cli::request_options(target.settings);
    }
    to.web = target.settings;
    to.retry = options.job.retry;
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
    app.add_option("DEST", options.destination, "Where to: peer, service or archive")->required();
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
    cli::add_number(app, "--batch", options.to.batch.instances,
                    "Objects in one request to a DICOMweb service, at most", 1, 10'000)
        ->group("DICOMweb");
    cli::add_size(app, "--batch-size", options.to.batch.bytes,
                  "Bytes in one request to a DICOMweb service, at most; a larger object goes alone")
        ->group("DICOMweb");
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
    const cli::PeerOptions peer{
        tool,
        {"calling", "connect_timeout", "timeout", "max_pdu", "async_window", "user",
         "passcode_file", "token_file", "token_command", "plain_auth"}};
    return tool.run(argc, argv, [&](cli::Run& run) { return store(options, peer, run); });
}
