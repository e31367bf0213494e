#include "diagnose/survey.hpp"

#include "diagnose/web_probe.hpp"
#include "net/peer_error.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <optional>

namespace pacs::diagnose {

namespace {

constexpr std::size_t most_at_once = 32;

/// The diagnoses that are done, let out in order.
class Queue {
public:
    Queue(std::size_t count, const std::function<void(const Diagnosis&)>& done)
        : results_(count), done_(done)
    {
    }
    void put(std::size_t index, Diagnosis diagnosis)
    {
        const std::lock_guard lock{mutex_};
        results_[index] = std::move(diagnosis);
        for (; next_ < results_.size() && results_[next_]; ++next_) {
            done_(*results_[next_]);
            results_[next_] = Diagnosis{};  // of many nodes only those waiting take memory
        }
    }

private:
    std::mutex mutex_;
    std::vector<std::optional<Diagnosis>> results_;
    std::size_t next_ = 0;
    const std::function<void(const Diagnosis&)>& done_;
};

using Services = std::vector<std::optional<web::ClientOptions>>;

void work(std::span<const net::KnownPeer> peers, const Services& services, const Options& how,
          std::atomic<std::size_t>& next, Queue& queue)
{
    for (std::size_t at = 0; (at = next++) < peers.size();) {
        const net::KnownPeer& peer = peers[at];
        try {
            queue.put(at, peer.url.empty()
                              ? diagnose(peer.node, peer.address, peer.request, peer.tls, how)
                              : diagnose(peer.node, *services[at], how));
        } catch (const net::PeerError&) {
            return;  // stopped: nothing else leaves diagnose() this way
        }
    }
}

}  // namespace

void diagnose_all(std::span<const net::KnownPeer> peers, const Options& how,
                  const std::function<void(const Diagnosis&)>& done)
{
    if (how.echoes == 0) {
        throw Error(ErrorKind::usage, "diagnosing: no verdict without an end to the echoes");
    }
    Services services(peers.size());  // what is wrong with their settings is told first
    for (std::size_t i = 0; i < peers.size(); ++i) {
        if (!peers[i].url.empty()) {
            services[i] = service_options(peers[i]);
        }
    }
    Queue queue{peers.size(), done};
    std::atomic<std::size_t> next{0};
    std::vector<std::future<void>> workers;
    for (std::size_t i = 0; i < std::min(peers.size(), most_at_once); ++i) {
        workers.push_back(std::async(std::launch::async, work, peers, std::cref(services),
                                     std::cref(how), std::ref(next), std::ref(queue)));
    }
    for (auto& worker : workers) {
        worker.get();
    }
}

}  // namespace pacs::diagnose
