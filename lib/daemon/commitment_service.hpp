#pragma once

#include "archive/archive.hpp"
#include "base/file.hpp"
#include "daemon/commitment_delivery.hpp"
#include "daemon/commitment_folder.hpp"
#include "net/commitment.hpp"
#include "net/server.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace pacs::daemon {

struct CommitmentOptions {
    std::chrono::milliseconds retry{604'800'000};  ///< from the request until it is given up
    std::chrono::milliseconds first_delay{5'000};  ///< after a report failed; doubled each time
    std::chrono::milliseconds longest_delay{3'600'000};
    std::chrono::milliseconds answer_timeout{30'000};  ///< of a report on an open association
    std::uint64_t max_pending = 1'000;                 ///< requests that are not reported on
    std::uint64_t max_pending_per_requestor = 100;
};

/// Storage Commitment as SCP, push model (PS3.4 Annex J). A request (N-ACTION) is answered once it
/// is on disk. Then, in a thread of its own, every object is read back and the result is reported
/// (N-EVENT-REPORT): on the association of the request, or a later one of that requestor with a
/// context for it, while one is open; else on a new association to where the requestor is known to
/// listen. What fails is tried again after growing waits; what is not reported when the daemon
/// stops or is killed is read back anew and reported by the next one. Thread-safe.
class CommitmentService {
public:
    /// Where a title listens; nullopt: not known. Called from several threads.
    using FindPeer = std::function<std::optional<CommitmentPeer>(const std::string& title)>;

    /// Loads what an earlier run left, and starts. The archive must be open for writing and outlive
    /// it. Throws Error(storage).
    CommitmentService(const archive::Archive& archive, const CommitmentOptions& options,
                      FindPeer find_peer);
    ~CommitmentService();  ///< stop()
    CommitmentService(const CommitmentService&) = delete;
    CommitmentService& operator=(const CommitmentService&) = delete;

    /// Takes over what holds from now on. Requests that wait for an address are tried at once.
    void reconfigure(const CommitmentOptions& options, FindPeer find_peer);

    /// The answer to an N-ACTION with the data set `data`; success only when the request is on
    /// disk. A Transaction UID that is not yet reported on is answered with success again when it
    /// comes with the same references. Throws Error(storage).
    net::Response answer(const net::ActionRequest& request, const net::Context& context,
                         const net::Negotiated& negotiated, const std::string& data);
    /// An association of `negotiated.calling_ae` is open on which reports may be sent; what waits
    /// for that requestor is reported. Does nothing without a context of the class.
    void opened(const net::Negotiated& negotiated, const std::shared_ptr<net::EventOutbox>& events);
    /// The outbox is of no more use.
    void closed(const std::shared_ptr<net::EventOutbox>& events) noexcept;

    /// Breaks off what runs; it stays on disk.
    void stop() noexcept;
    std::uint64_t pending() const;

private:
    using Clock = std::chrono::steady_clock;
    using Result = std::shared_ptr<const net::CommitmentResult>;
    struct Entry {
        PendingCommitment request;
        Clock::time_point due;
        unsigned attempts = 0;  ///< to report
        bool busy = false;      ///< some thread has it, and only that one removes it
        bool recalled = false;  ///< an association was opened while it was busy
        Result result = {};     ///< of the latest read-back, while it is fresh
        Clock::time_point read_back = {};
    };

    const net::StatusRule& take(const net::CommitmentRequest& asked,
                                const net::Negotiated& negotiated);
    void run();
    Entry* next_due(std::unique_lock<std::mutex>& lock);
    Result read_back(const PendingCommitment& request) const;
    CommitmentDelivery deliver(const PendingCommitment& request,
                               const net::CommitmentResult& result);
    void settle(Entry& entry, const Result& result, const CommitmentDelivery& delivery);
    void remember(Entry& entry, const Result& result) const;
    std::chrono::milliseconds delay_after(unsigned attempts) const;
    void finish(const Entry& entry, const Result& result, const CommitmentDelivery& delivery);
    bool stopping() const;

    const archive::Archive& archive_;
    CommitmentFolder folder_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    CommitmentOptions options_;
    FindPeer find_peer_;
    std::map<std::string, Entry> entries_;              // by name of the file
    std::multimap<std::string, CommitmentLine> lines_;  // by title of the requestor
    Descriptor stop_;                                   // readable: calls end
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace pacs::daemon
