#pragma once

#include "base/json_line.hpp"
#include "base/retry.hpp"
#include "moving/moved_record.hpp"
#include "moving/plan.hpp"
#include "moving/verifier.hpp"
#include "net/address.hpp"
#include "net/association.hpp"
#include "stream/done_list.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace pacs::moving {

/// Counts for the summary; they may be read while the job runs.
struct JobCounters {
    std::atomic<std::uint64_t> completed{0};     ///< sub-operations, as the source counts them
    std::atomic<std::uint64_t> failed{0};        ///< the same
    std::atomic<std::uint64_t> warning{0};       ///< the same
    std::atomic<std::uint64_t> missing{0};       ///< instances that were verified not to be there
    std::atomic<std::uint64_t> retries{0};       ///< attempts beyond the first
    std::atomic<std::uint64_t> associations{0};  ///< for moving
    void write(JsonLine& summary) const;
};

struct JobOptions {
    Parties parties;
    net::Address source;
    net::RequestOptions request;  ///< `stop` is the one that cancels; its grace is set here
    bool patient_root = false;
    bool dry = false;                    ///< records are of type `planned`, nobody is called
    unsigned lanes = 1;                  ///< moves at the same time, an association each
    std::chrono::milliseconds pause{0};  ///< between two moves of a lane
    /// The longest time without progress of a move, net::RetrieveOptions::idle_timeout.
    std::chrono::milliseconds idle_timeout{600'000};
    std::chrono::milliseconds cancel_timeout{10'000};  ///< to end after C-CANCEL
    /// The source allows one association: release it while the verifier asks there.
    bool alone = false;
    RetryPolicy retry{1, std::chrono::milliseconds{5'000}};
    const stream::DoneList* done = nullptr;  ///< by key_of_moved(); nullptr: nothing was done
    Verifier* verifier = nullptr;            ///< nullptr: what the source counts is believed
    JobCounters* counters = nullptr;         ///< never nullptr; outlives the job
    /// Takes each record, and the instances of the unit that it ends, 0 for others. Thread-safe.
    std::function<void(const JsonLine& record, std::uint64_t instances)> on_record;

    /// Keeps `lanes` and the verifier together within what the source allows at once; 0: no limit.
    void keep_within(unsigned max_associations);
};

/// What an association for moving proposes.
std::vector<net::Proposal> move_proposals(bool patient_root);

/// Has the source send every unit of `plan` (settled) to the destination, one C-MOVE each, and
/// tells of each in one record, after a record for every instance that is missing. What can pass is
/// tried again. When StopFlag is raised, a C-CANCEL goes out on every association, the end of these
/// moves is awaited and told, and the others are not begun.
/// Throws net::PeerError when the source cannot be reached any more, or does not serve C-MOVE, and
/// Error(peer) when it does not know the destination, or 20 moves in a row failed with what can
/// pass; what was moved until then has its records.
void run(Plan& plan, const JobOptions& options);

}  // namespace pacs::moving
