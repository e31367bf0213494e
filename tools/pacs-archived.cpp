// pacs-archived: the archive daemon; it takes objects in and gives them out.

#include "base/notify.hpp"
#include "base/settings.hpp"
#include "cli/configured_peers.hpp"
#include "cli/setting_options.hpp"
#include "cli/tool.hpp"
#include "daemon/destinations.hpp"
#include "daemon/service.hpp"
#include "daemon/service_loop.hpp"
#include "pacs-archived-words.hpp"

#include <utility>
#include <vector>

namespace {

using pacs::cli::ExitCode;

using Options = pacs::cli::SettingOptions<pacs::ArchivedSettings>;

void add_counts(pacs::JsonLine& summary, const pacs::archive::IngestCounters& counters)
{
    summary.add("stored", counters.stored)
        .add("duplicates", counters.duplicates)
        .add("replaced", counters.replaced)
        .add("set_aside", counters.set_aside)
        .add("rejected", counters.rejected)
        .add("quarantined", counters.quarantined)
        .add("refused", counters.refused)
        .add("failed_to_store", counters.failed)
        .add("bytes", counters.bytes);
}

/// SIGHUP raises `reload` as long as this lives.
class ReloadOnHangup {
public:
    ReloadOnHangup(pacs::cli::Run& run, pacs::daemon::ReloadRequest& reload) : run_(run)
    {
        run_.on_reload([&reload] { reload.raise(); });
    }
    ~ReloadOnHangup() { run_.on_reload(nullptr); }
    ReloadOnHangup(const ReloadOnHangup&) = delete;
    ReloadOnHangup& operator=(const ReloadOnHangup&) = delete;

private:
    pacs::cli::Run& run_;
};

pacs::daemon::Configuration configuration_of(const pacs::Config& config, const Options& options)
{
    using namespace pacs;
    const ArchivedSettings settings = config.archived_settings(options.given());
    std::vector<daemon::Destination> receivers;
    daemon::Destinations requestors;
    for (const cli::ConfiguredPeer& peer : cli::configured_peers(config)) {
        const daemon::Destination known{peer.address, peer.request, peer.max_associations};
        requestors.add(peer.title, known);
        if (peer.may("receive")) {
            receivers.push_back(known);
        }
    }
    return {settings,
            daemon::make_destinations(settings, cli::default_request(config), std::move(receivers)),
            std::move(requestors)};
}

ExitCode serve(const pacs::cli::Tool& tool, const Options& options, pacs::cli::Run& run)
{
    using namespace pacs;
    Notifier notifier;
    daemon::ReloadRequest reload;
    daemon::Service service{configuration_of(run.config(), options)};
    for (const net::ListenAddress& address : service.addresses()) {
        run.records().write(JsonLine{"listening"}
                                .add("address", address.host)
                                .add("tls", address.tls)
                                .add("port", address.port));
    }
    const ReloadOnHangup on_hangup{run, reload};
    daemon::serve(service, notifier, reload,
                  [&] { return configuration_of(Config::find(tool.config_file()), options); });
    run.records().on_summary(
        [counters = service.counters()](JsonLine& summary) { add_counts(summary, counters); });
    return ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv)
{
    pacs::cli::Tool tool{info};
    const Options options{tool, pacs::archived_keys(), "PACS_ARCHIVED_", "Archive"};
    return tool.run(argc, argv, [&](pacs::cli::Run& run) { return serve(tool, options, run); });
}
