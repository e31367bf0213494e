#include "daemon/commitment_delivery.hpp"

#include "base/deadline.hpp"
#include "base/json_line.hpp"
#include "daemon/service_log.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace pacs::daemon {

namespace {

/// Set by the association's thread, waited for by ours; whoever is later finds it still there.
struct Answered {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    std::optional<net::Status> status;
};

CommitmentDelivery judged(net::Status status, std::string via)
{
    CommitmentDelivery delivery;
    delivery.status = status;
    delivery.via = std::move(via);
    delivery.heard = !status.failure() || !status.transient();
    if (!delivery.heard) {
        delivery.message = "it answered " + status.hex();
    }
    return delivery;
}

}  // namespace

CommitmentDelivery deliver_on_line(const CommitmentLine& line, const net::CommitmentResult& result,
                                   std::chrono::milliseconds answer_timeout,
                                   const std::function<bool()>& give_up)
{
    constexpr std::chrono::milliseconds look{50};  // between two looks at give_up
    const auto answered = std::make_shared<Answered>();
    line.events->report(line.context_id, net::event_report(result),
                        net::encode(result, line.transfer_syntax),
                        [answered](std::optional<net::Status> status) {
                            const std::lock_guard lock{answered->mutex};
                            answered->done = true;
                            answered->status = status;
                            answered->changed.notify_all();
                        });
    const Deadline until = Deadline::after(answer_timeout);
    std::unique_lock lock{answered->mutex};
    while (!answered->done && !until.expired() && !give_up()) {
        answered->changed.wait_for(lock, look);
    }
    if (answered->status) {
        return judged(*answered->status, "association");
    }
    CommitmentDelivery delivery;
    delivery.message = answered->done ? "its association ended" : "no answer on its association";
    return delivery;
}

CommitmentDelivery deliver_by_call(const CommitmentPeer& peer, const std::string& our_title,
                                   const net::CommitmentResult& result)
{
    net::RequestOptions request = peer.request;
    if (request.calling_ae.empty()) {
        request.calling_ae = our_title;
    }
    request.window = {};
    try {
        const auto association =
            net::Association::request(peer.address, request, net::commitment_proposals(true));
        const auto answer = net::report_commitment(*association, result);
        auto delivery = judged(answer.status, "call");
        try {
            association->release();
        } catch (const net::PeerError&) {
            // it has heard the report
        }
        return delivery;
    } catch (const net::PeerError& error) {
        CommitmentDelivery delivery;
        delivery.message = error.what();
        return delivery;
    }
}

std::string commitment_record(const PendingCommitment& request, const net::CommitmentResult* result,
                              const CommitmentDelivery& delivery, unsigned attempts)
{
    const bool refused = delivery.status && delivery.status->failure();
    const bool all = result != nullptr && result->failed.empty();
    const Outcome outcome = !delivery.heard || refused ? Outcome::failed
                            : all                      ? Outcome::ok
                                                       : Outcome::warning;
    JsonLine line{"commitment", outcome};
    if (!delivery.heard) {
        line.add("reason", "unreported").add("message", delivery.message);
    } else if (refused) {
        line.add("reason", "status");
    } else if (!all) {
        line.add("reason", "not_committed");
    }
    if (delivery.status) {
        line.add("status", delivery.status->hex());
    }
    line.add("time", time_text())
        .add("transaction", request.transaction_uid)
        .add("requestor", request.requestor)
        .add("peer", request.peer)
        .add("instances", request.instances);
    if (result != nullptr) {
        line.add("committed", result->committed.size()).add("failed", result->failed.size());
    }
    if (!delivery.via.empty()) {
        line.add("via", delivery.via);
    }
    line.add("attempts", attempts);
    return line.str();
}

}  // namespace pacs::daemon
