// pacs-echo: is the peer there, and if not, why not.

#include "cli/monitor_options.hpp"
#include "cli/peer_options.hpp"
#include "cli/tool.hpp"
#include "cli/validators.hpp"
#include "diagnose/capability_report.hpp"
#include "diagnose/echoes.hpp"
#include "diagnose/report.hpp"

namespace {

using namespace pacs;

const cli::ToolInfo info{
    "pacs-echo",
    "ask DICOM peers whether they are there, why not, and what they can",
    R"(Asks each PEER with a C-ECHO over an association of its own, all peers at the same time,
and prints a record for each echo and one of type statistics for each peer. A peer is AET@HOST:PORT
or an @alias of pacs.toml; a DICOMweb service, named by its URL, is asked for one study instead.

A failure says how far it came and why, in words.

--diagnose goes step by step: the name and every address it has, TCP, TLS with the peer's
certificate, the association with the peer's implementation, and the echo with its round trips.
Who speaks TLS to a plain port, plainly to a TLS port, or to a web server is told so. It prints
a record of type diagnosis, on a terminal a text that ends with a verdict and a hint. The
formats nagios and prometheus diagnose, too; that of nagios exits as plugins do. Whether a
certificate was revoked is not looked at.

--capabilities negotiates every SOP class with every transfer syntax, in both roles, and prints
what the peer accepts. Nothing in these records depends on the time: keep and compare them.
)",
    {{"Is the archive there?", "pacs-echo @archive", 0},
     {"Why can nothing be sent to it?", "pacs-echo --diagnose --format table @down", 3},
     {"What does it take? Keep the answer, to compare it with a later one",
      "pacs-echo --capabilities @archive | tee then.ndjson | jq -r 'select(.scp[0]) | .name'", 0},
     {"Watch a peer, three times, a tenth of a second apart",
      "pacs-echo --count 3 --interval 100ms @archive", 0},
     {"Which of all peers are down, as lines for a script",
      "pacs-echo --all | jq -r 'select(.type==\"echo\" and .outcome==\"failed\") | "
      "[.node, .reason] | @tsv'",
      0},
     {"A check for Nagios and its kin: warn from half a second",
      "pacs-echo --format nagios --warn-time 500ms --crit-time 5s @archive", 0},
     {"What node_exporter's textfile collector reads",
      "pacs-echo --all --format prometheus >pacs.prom", 1}},
    {"pacs-find(1)", "pacs-store(1)", "pacs-conformance(7)", "pacs-exit-status(7)"},
    {{"1", "some echoes failed; or a peer answered, but with a failure status"},
     {"3", "no echo was answered: every peer was unreachable, refused, aborted or timed out"}},
    false};

struct Options {
    std::vector<std::string> peers;
    bool all = false;
    bool diagnose = false;
    bool capabilities = false;
    std::uint64_t count = 1;
    std::chrono::milliseconds interval{1000};
};

using Peers = std::span<const net::KnownPeer>;
using cli::Format;

/// Of many peers: 3 when none could be asked, 1 when some could not, or are not well.
cli::ExitCode exit_code(std::uint64_t good, std::uint64_t reached, std::size_t all)
{
    return reached == 0 ? cli::ExitCode::peer
           : good < all ? cli::ExitCode::findings
                        : cli::ExitCode::ok;
}

cli::ExitCode diagnosis(const diagnose::Options& how, const cli::MonitorOptions& limits,
                        Peers peers, cli::Run& run)
{
    const Format format = run.records().format();
    const auto style = format == Format::nagios       ? diagnose::Style::nagios
                       : format == Format::prometheus ? diagnose::Style::prometheus
                       : format == Format::table      ? diagnose::Style::text
                                                      : diagnose::Style::records;
    if (style != diagnose::Style::records) {
        run.records().leave_out_summary();
    }
    const auto tally = diagnose::report(
        peers, how, {limits.warn_time, limits.crit_time}, style,
        {run.records().writer(), [&run](auto line) { run.records().write_line(line); }});
    run.set_plugin_state(static_cast<int>(tally.state));
    return exit_code(tally.well, tally.answered, peers.size());
}

cli::ExitCode capabilities(Peers peers, cli::Run& run)
{
    run.records().leave_out_seconds();
    run.records().set_columns({{"name", "SOP CLASS", 48, false},
                               {"roles", "ROLES", 8, false},
                               {"transfer_syntaxes", "TRANSFER SYNTAXES", 0, false}});
    const bool for_eyes = run.records().format() == Format::table;
    const auto tally = diagnose::report_capabilities(peers, for_eyes, run.records().writer());
    return exit_code(tally.complete, tally.complete + tally.partial, peers.size());
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    cli::Tool tool{info};
    CLI::App& app = tool.options();
    app.add_option("PEER", options.peers, "Peers to ask")->type_name("PEER");
    app.add_flag("--all", options.all, "Ask every peer and service of pacs.toml");
    app.add_flag("--diagnose", options.diagnose, "Go step by step, to a verdict");
    auto* count = cli::add_number(app, "-n,--count", options.count,
                                  "Echoes for each peer; 0 goes on until stopped");
    auto* interval = cli::add_duration(app, "-i,--interval", options.interval,
                                       "Time from one echo to the next; none in a diagnosis");
    app.add_flag("--capabilities", options.capabilities, "Negotiate everything; say what it takes")
        ->excludes("--diagnose", "--count", "--interval");
    const cli::MonitorOptions limits{tool};
    const cli::PeerOptions peers{tool,
                                 {"calling", "connect_timeout", "timeout", "max_pdu", "user",
                                  "passcode_file", "token_file", "token_command", "plain_auth"}};
    tool.offer_formats({Format::ndjson, Format::table, Format::nagios, Format::prometheus},
                       {{"node", "PEER", 24, false},
                        {"sequence", "#", 4, true},
                        {"outcome", "OUTCOME", 7, false},
                        {"connect_ms", "CONNECT MS", 10, true},
                        {"ms", "ECHO MS", 8, true},
                        {"message", "MESSAGE", 0, false}});
    tool.accept_dcmtk_habits(cli::PeerPlace::in_place);
    return tool.run(argc, argv, [&](cli::Run& run) {
        const auto known =
            peers.known_peers(run.config(), options.peers, options.all, !options.capabilities);
        const Format format = run.records().format();
        const bool diagnoses = options.diagnose || cli::is_monitoring(format);
        limits.check(format, diagnoses);
        if (options.capabilities) {
            return capabilities(known, run);
        }
        if (!diagnoses) {
            const auto tally = diagnose::echo_all(known, {options.count, options.interval},
                                                  run.records().writer());
            return exit_code(tally.well, tally.answered, tally.sent);
        }
        diagnose::Options how;
        how.echoes = count->count() > 0 ? options.count : cli::is_monitoring(format) ? 1 : 10;
        how.echo_interval = interval->count() > 0 ? options.interval : how.echo_interval;
        how.certificate_days = {limits.warn_days, limits.crit_days};
        return diagnosis(how, limits, known, run);
    });
}
