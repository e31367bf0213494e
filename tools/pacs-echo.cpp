// pacs-echo: is the peer there, and if not, why not.

#include "base/stop.hpp"
#include "cli/peer_options.hpp"
#include "cli/tool.hpp"
#include "cli/validators.hpp"
#include "net/probe_record.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <utility>

namespace {

using namespace pacs;

const cli::ToolInfo info{
    "pacs-echo",
    "ask DICOM peers whether they are there, and say why not",
    R"(Asks each PEER with a C-ECHO over an association of its own, all peers at the same time,
and prints a record for each echo and one of type statistics for each peer. A peer is
AET@HOST:PORT or an @alias of pacs.toml.

A failure says how far it came and why, in words: the name was not found, the connection
was refused, the peer timed out while connecting, negotiating or answering, rejected the
association (with its source and reason), aborted, or answered with a failure status.

connect_ms is the time to resolve, connect and negotiate, ms that of the echo itself.
)",
    {{"Is the archive there?", "pacs-echo @archive", 0},
     {"Watch two peers, three times, a tenth of a second apart",
      "pacs-echo --count 3 --interval 100ms @archive ARCHIVE@127.0.0.1:11112", 0},
     {"Which of all peers are down, as lines for a script",
      "pacs-echo @archive @down | jq -r 'select(.type==\"echo\" and .outcome==\"failed\") | "
      "[.node, .reason] | @tsv'",
      0}},
    {"pacs-find(1)", "pacs-store(1)"},
    {{"1", "some echoes failed; or a peer answered, but with a failure status"},
     {"3", "no echo was answered: every peer was unreachable, refused, aborted or timed out"}},
    false};

struct Options {
    std::vector<std::string> peers;
    std::uint64_t count = 1;
    std::chrono::milliseconds interval{1000};
};

/// What all threads count together.
struct Tally {
    std::atomic<std::uint64_t> answered{0};  // with any status
    std::atomic<std::uint64_t> unanswered{0};
};

void ask(const cli::Target& target, const net::RequestOptions& request, const Options& options,
         cli::Records& records, Tally& tally)
{
    LatencyStatistics times;
    std::uint64_t sent = 0;
    std::string said;  // a failure is told once on standard error, until it changes
    bool stop = StopFlag::instance().raised();
    while (!stop && (options.count == 0 || sent < options.count)) {
        const Deadline next = Deadline::after(options.interval);
        const net::Probe probe = net::probe(target.endpoint.address, request);
        if (probe.fault == net::PeerFault::stopped) {
            break;
        }
        records.write(net::echo_record(target.word, ++sent, probe));
        if (probe.message != std::exchange(said, probe.message) && !probe.message.empty()) {
            log::warning("{}: {}", target.word, probe.message);
        }
        if (probe.status) {
            times.add(probe.echo_seconds);
        }
        ++(probe.status ? tally.answered : tally.unanswered);
        stop = sent != options.count && StopFlag::instance().wait(next);
    }
    records.write(net::statistics_record(target.word, sent, times));
}

cli::ExitCode echo(const Options& options, const cli::PeerOptions& peers, cli::Run& run)
{
    std::vector<std::pair<cli::Target, net::RequestOptions>> targets;
    for (const std::string& word : options.peers) {
        cli::Target target = peers.resolve_peer(run.config(), word);
        auto request = cli::request_options(target.settings);
        targets.emplace_back(std::move(target), std::move(request));
    }
    Tally tally;
    std::vector<std::future<void>> asked;
    asked.reserve(targets.size());
    for (const auto& [target, request] : targets) {
        asked.push_back(std::async(std::launch::async, ask, std::cref(target), std::cref(request),
                                   std::cref(options), std::ref(run.records()), std::ref(tally)));
    }
    for (std::future<void>& each : asked) {
        each.get();
    }
    return tally.answered == 0 && tally.unanswered > 0 ? cli::ExitCode::peer
                                                       : run.records().exit_code();
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    cli::Tool tool{info};
    CLI::App& app = tool.options();
    app.add_option("PEER", options.peers, "Peers to ask")->type_name("PEER")->required();
    cli::add_number(app, "-n,--count", options.count,
                    "Echoes for each peer; 0 goes on until stopped");
    cli::add_duration(app, "-i,--interval", options.interval, "Time from one echo to the next");
    const cli::PeerOptions peers{
        tool, {"calling", "connect_timeout", "timeout", "max_pdu", "user", "passcode_file"}};
    tool.offer_formats({cli::Format::ndjson, cli::Format::table},
                       {{"node", "PEER", 24, false},
                        {"sequence", "#", 4, true},
                        {"outcome", "OUTCOME", 7, false},
                        {"connect_ms", "CONNECT MS", 10, true},
                        {"ms", "ECHO MS", 8, true},
                        {"message", "MESSAGE", 0, false}});
    tool.accept_dcmtk_habits(cli::PeerPlace::in_place);
    return tool.run(argc, argv, [&](cli::Run& run) { return echo(options, peers, run); });
}
