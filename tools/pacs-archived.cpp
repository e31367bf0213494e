// pacs-archived: the archive daemon; it takes objects in (C-STORE) and is asked for them (C-FIND).

#include "base/notify.hpp"
#include "base/settings.hpp"
#include "cli/setting_options.hpp"
#include "cli/tool.hpp"
#include "daemon/service.hpp"
#include "daemon/service_loop.hpp"

#include <string>

namespace {

using pacs::cli::ExitCode;

const pacs::cli::ToolInfo info{
    .name = "pacs-archived",
    .summary = "archive daemon: receives DICOM objects and answers queries",
    .description =
        "Serves the archive in the folder DIR to DICOM peers: C-ECHO, C-STORE of every storage SOP "
        "class, known or private, in every transfer syntax, C-FIND of Patient Root and Study Root "
        "at all levels, and storage commitment. The folder is made when it is not there; its "
        "format is described in "
        "pacs-archive(5).\n"
        "\n"
        "An object is answered with success only when it is safe: its bytes are flushed to disk "
        "under their final name, exactly as they were received, and its index row is committed. "
        "What cannot be stored is answered with a failure status and leaves nothing behind; an "
        "object that is damaged, or not the one that was announced, is set aside in quarantine/ "
        "with a record of why. With --durability os flushing is left to the kernel: faster, but "
        "a power failure can lose what was answered.\n"
        "\n"
        "Storage commitment is answered as soon as the request is on disk. Then every object is "
        "read "
        "back from the disk, and only those are committed whose size and digest are those they "
        "were "
        "stored with. The report goes over the requestor's association while that is open, else to "
        "the address that pacs.toml has for its title, else over its next association; it is "
        "tried again, also after a restart, until it was taken or --commitment-retry is over.\n"
        "\n"
        "Listens only where --listen and --listen-tls say. A PORT alone means 127.0.0.1; "
        "[::1]:PORT is the IPv6 loopback, *:PORT every address. Port 0 lets the system choose. For "
        "each address a record of type listening goes to standard output.\n"
        "\n"
        "By default this machine may do everything and no other anything. --allow says who else "
        "may "
        "do what, \"SERVICE... from RANGE... [with certificate] [with user]\": services are echo, "
        "store, find, retrieve, commit and all, ranges addresses, 10.0.0.0/8, loopback and "
        "anywhere. What is given replaces the default. Peers that are known by their title, "
        "certificate or user have their rights in pacs.toml(5), section ACCESS. With TLS (1.2 and "
        "1.3, BCP 195) clients show a certificate that --tls-ca trusts, unless --tls-client says "
        "otherwise. --listen, --listen-tls, --aet and --allow may be repeated.\n"
        "\n"
        "Standard error is the log. Each association writes one line of JSON: who called, what "
        "was done, how much, how long, how it ended. What a peer can repeat at will (rejected "
        "calls, silent connections, refused objects) is counted after the first few lines. See "
        "pacs-records(5).\n"
        "\n"
        "SIGTERM and SIGINT stop the daemon in good order: it listens no more, finishes the "
        "objects that are under way for at most --stop-timeout, and exits with 0. A second one "
        "ends it at once; nothing that was answered is lost then either. SIGHUP reads the "
        "configuration again: titles, limits, timeouts, on_conflict, min_free, max_pdu and "
        "async_window hold for what comes from then on, and so do certificates, users and who may "
        "do what; archive, listen, listen_tls and durability need a restart. Under systemd "
        "(Type=notify) it tells when it is ready, reloading, stopping and "
        "alive.",
    .examples =
        {{"Serve an archive on the loopback interface",
          "pacs-archived --archive /srv/archive --listen 11112 --aet ARCHIVE"},
         {"Serve it to the network 10.0.0.0/8, and refuse objects when less than 5 % of the "
          "disk is free",
          "pacs-archived --archive /srv/archive --listen '*:11112' --aet ARCHIVE "
          "--allow 'all from loopback 10.0.0.0/8' --min-free 5%"},
         {"Serve it by TLS to whoever has a certificate of our authority",
          "pacs-archived --archive /srv/archive --listen-tls '*:2762' --aet ARCHIVE "
          "--tls-cert /srv/tls/archive.pem --tls-ca /srv/tls/ca.pem "
          "--allow 'all from anywhere with certificate'"}},
    .see_also = {"pacs-echo(1)", "pacs-find(1)", "pacs-store(1)", "pacs-archive(5)",
                 "pacs-conformance(7)"},
    .exit_notes = {{"0", "stopped by SIGTERM or SIGINT, in good order"},
                   {"5", "the archive or the port cannot be had"},
                   {"7", "another daemon has the archive"}},
    .daemon = true,
};

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

ExitCode serve(const pacs::cli::Tool& tool, const Options& options, pacs::cli::Run& run)
{
    using namespace pacs;
    Notifier notifier;
    daemon::ReloadRequest reload;
    daemon::Service service{run.config().archived_settings(options.given())};
    for (const net::ListenAddress& address : service.addresses()) {
        run.records().write(JsonLine{"listening"}
                                .add("address", address.host)
                                .add("tls", address.tls)
                                .add("port", address.port));
    }
    const ReloadOnHangup on_hangup{run, reload};
    daemon::serve(service, notifier, reload, [&] {
        return Config::find(tool.config_file()).archived_settings(options.given());
    });
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
