#include "diagnose/echoes.hpp"

#include "base/latency.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "diagnose/web_probe.hpp"
#include "net/probe_record.hpp"

#include <atomic>
#include <future>
#include <optional>
#include <utility>
#include <vector>

namespace pacs::diagnose {

namespace {

struct Shared {
    const EchoOptions& options;
    const std::function<void(const JsonLine&)>& write;
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> answered{0};
    std::atomic<std::uint64_t> well{0};
};

void echo_one(const net::KnownPeer& peer, const std::optional<web::ClientOptions>& service,
              Shared& shared)
{
    LatencyStatistics times;
    std::uint64_t sent = 0;
    std::string said;
    bool stop = StopFlag::instance().raised();
    while (!stop && (shared.options.count == 0 || sent < shared.options.count)) {
        const Deadline next = Deadline::after(shared.options.interval);
        const net::Probe probe =
            service ? diagnose::probe(*service) : net::probe(peer.address, peer.request);
        if (probe.fault == net::PeerFault::stopped) {
            break;
        }
        shared.write(net::echo_record(peer.node, ++sent, probe));
        if (probe.message != std::exchange(said, probe.message) && !probe.message.empty()) {
            log::warning("{}: {}", peer.node, probe.message);
        }
        if (probe.answered()) {
            times.add(probe.echo_seconds);
        }
        ++shared.sent;
        shared.answered += probe.answered() ? 1U : 0U;
        shared.well += probe.alive() ? 1U : 0U;
        stop = sent != shared.options.count && StopFlag::instance().wait(next);
    }
    shared.write(net::statistics_record(peer.node, sent, times));
}

}  // namespace

EchoTally echo_all(std::span<const net::KnownPeer> peers, const EchoOptions& options,
                   const std::function<void(const JsonLine&)>& write)
{
    Shared shared{options, write};
    std::vector<std::optional<web::ClientOptions>> services;
    for (const net::KnownPeer& peer : peers) {
        services.push_back(peer.url.empty() ? std::nullopt : std::optional{service_options(peer)});
    }
    std::vector<std::future<void>> asked;
    asked.reserve(peers.size());
    for (std::size_t i = 0; i < peers.size(); ++i) {
        asked.push_back(std::async(std::launch::async, echo_one, std::cref(peers[i]),
                                   std::cref(services[i]), std::ref(shared)));
    }
    for (std::future<void>& each : asked) {
        each.get();
    }
    return {shared.sent, shared.answered, shared.well};
}

}  // namespace pacs::diagnose
