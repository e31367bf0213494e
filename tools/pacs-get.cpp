// pacs-get: fetch objects from a peer (C-GET, C-MOVE), a DICOMweb service, an archive or an index.

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "cli/peer_options.hpp"
#include "cli/validators.hpp"
#include "dicom/words.hpp"
#include "pacs-get-words.hpp"
#include "query-options.hpp"
#include "query/key_words.hpp"
#include "retrieve/job.hpp"
#include "retrieve/ways.hpp"

#include <unistd.h>

#include <memory>

namespace {

using namespace pacs;
using cli::ExitCode;

struct Options {
    std::string source;
    retrieve::SelectionOptions what;
    std::string output;
    std::string layout{retrieve::Naming::usual};
    std::string durability = "flushed";
    retrieve::FolderOptions into = {};
    std::uint64_t max_object_bytes = retrieve::usual_max_object_bytes;
    std::vector<std::string> via;
    std::string listen;
    std::string listen_tls;
    std::vector<std::string> transfer_syntaxes;
    std::uint64_t lanes = 1;
    RetryPolicy retry{2, std::chrono::milliseconds{1000}};
};

std::unique_ptr<retrieve::Output> open_output(const Options& options)
{
    retrieve::FolderOptions into = options.into;
    into.naming = retrieve::Naming{options.layout};
    if (options.output == "-") {
        return retrieve::tar_output(STDOUT_FILENO, std::move(into.naming), into.min_free);
    }
    into.folder = options.output;
    into.flush = options.durability == "flushed";
    return retrieve::folder_output(std::move(into));
}

retrieve::WaysOptions ways_of(const Options& options, const cli::Target& target)
{
    retrieve::WaysOptions ways;
    ways.endpoint = target.endpoint;
    if (target.endpoint.kind == net::EndpointKind::url) {
        ways.web = web::client_options(target.settings, target.endpoint.text);
    } else {
        ways.peer.peer = target.endpoint.address;
        ways.peer.request = cli::request_options(target.settings);
    }
    ways.peer.patient_root = options.what.wishes.patient_root;
    ways.peer.transfer_syntaxes = options.transfer_syntaxes;
    ways.via = options.via;
    ways.listen = retrieve::listen_address_of(options.listen, options.listen_tls);
    return ways;
}

ExitCode get(const Options& options, const cli::PeerOptions& peer, cli::Run& run)
{
    const cli::Target target = peer.resolve(run.config(), options.source);
    const bool to_stream = options.output == "-";
    retrieve::SelectionOptions what = options.what;
    what.charset = query::query_charset(target.settings.charset);
    const retrieve::WaysOptions how_to_come = ways_of(options, target);
    retrieve::Ways ways{how_to_come};
    const auto source = query::open_source(
        target.endpoint, {.association = how_to_come.peer.request, .web = target.settings});
    retrieve::JobHub hub{.node = target.word, .on_record = {}};
    const auto counters = std::make_shared<retrieve::JobCounters>();
    hub.counters = counters.get();
    hub.max_object_bytes = options.max_object_bytes;
    hub.on_record = [&run, to_stream](const retrieve::Told& told) {
        if (!to_stream) {
            run.records().write(told.record);
        } else if (!told.complaint.empty() && !StopFlag::instance().raised()) {
            log::error("{}", told.complaint);
        }
        run.progress().add(1, told.bytes);
    };
    retrieve::Selection selection{what, *source, hub};
    run.records().on_summary([counters](JsonLine& summary) { counters->write(summary); });
    const auto output = open_output(options);
    hub.output = output.get();
    if (to_stream) {
        run.records().leave_out_summary();
    }
    retrieve::Announcer announcer{*source, {what.charset, what.wishes.patient_root, ways.local()}};
    retrieve::JobOptions how{hub, ways.makers(), unsigned(options.lanes), options.retry};
    const unsigned most = target.settings.max_associations;
    how.lanes = most == 0 ? how.lanes : std::min(how.lanes, most);
    retrieve::Job{std::move(how), selection, announcer}.run();
    source->close();
    return counters->failures > 0 ? ExitCode::findings : ExitCode::ok;
}

void add_options(CLI::App& app, Options& options)
{
    const auto add = [&](const char* name, auto& value, const char* type, const char* help) {
        return app.add_option(name, value, help)->type_name(type);
    };
    app.add_option("source", options.source, "Where from")->type_name("SOURCE")->required();
    add("what", options.what.words, "WHAT", "Study UIDs, KEY[=VALUE], or - for records");
    add("-o,--output", options.output, "DIR", "Folder to fetch into; - for tar")->required();
    add("--layout", options.layout, "NAME", "How files are named, see above");
    app.add_flag("--replace", options.into.replace, "Replace files that have other content");
    add("--durability", options.durability, "HOW", "When an object counts as there")
        ->check(CLI::IsMember({"flushed", "os"}));
    cli::add_disk_share(app, "--min-free", options.into.min_free, "Keep this free", "1GiB or 1%");
    cli::add_size(app, "--max-object-size", options.max_object_bytes, "Take no longer object");
    add("--via", options.via, "WAY", "Ways to try, in order: get,move,web")->delimiter(',');
    add("--listen", options.listen, "[ADDR:]PORT", "Where SOURCE can send to, for C-MOVE");
    add("--listen-tls", options.listen_tls, "[ADDR:]PORT", "The same, where it sends with TLS");
    add("--transfer-syntax", options.transfer_syntaxes, "SYNTAX", "Take only objects in this");
    cli::add_number(app, "-j,--jobs", options.lanes, "Fetch over N associations at once", 1, 64);
    add("--retries", options.retry.retries, "N", "Ask again so often for what did not come")
        ->check(CLI::Range(0, 100));
    cli::add_duration(app, "--retry-delay", options.retry.delay, "Wait before the first retry");
    app.option_defaults()->group("Query");
    add_wish_options(app, options.what.wishes, "--only");
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    cli::Tool tool{info};
    tool.accept_dcmtk_habits(cli::PeerPlace::first);
    add_options(tool.options(), options);
    tool.offer_formats({cli::Format::ndjson, cli::Format::table}, retrieve::retrieved_columns());
    tool.offer_progress();
    tool.offer_words(cli::WordKind::assignment, query::key_words);
    tool.offer_words(cli::WordKind::transfer_syntax, dicom::transfer_syntax_words);
    const cli::PeerOptions peer{
        tool,
        {"calling", "charset", "connect_timeout", "timeout", "max_pdu", "async_window", "user",
         "passcode_file", "token_file", "token_command", "plain_auth"}};
    return tool.run(argc, argv, [&](cli::Run& run) { return get(options, peer, run); });
}
