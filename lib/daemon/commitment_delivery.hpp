#pragma once

#include "daemon/commitment_folder.hpp"
#include "net/association.hpp"
#include "net/commitment.hpp"
#include "net/server.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace pacs::daemon {

/// Where a requestor of storage commitment listens, and how it is called.
struct CommitmentPeer {
    net::Address address;
    net::RequestOptions request;  ///< an empty calling title: the one it called us by
};

/// An association of the requestor's that is open and takes reports.
struct CommitmentLine {
    std::shared_ptr<net::EventOutbox> events;
    std::uint8_t context_id = 0;
    std::string transfer_syntax;
};

/// What became of one attempt to report.
struct CommitmentDelivery {
    /// It was answered: with success, a warning, or a failure that no repetition cures.
    bool heard = false;
    std::optional<net::Status> status = {};
    std::string via = {};      ///< "association": the requestor's; "call": one of ours; empty: none
    std::string message = {};  ///< why it was not heard
};

/// N-EVENT-REPORT on an association that is open. Waits for the answer at most so long, and not
/// after `give_up` says so.
CommitmentDelivery deliver_on_line(const CommitmentLine& line, const net::CommitmentResult& result,
                                   std::chrono::milliseconds answer_timeout,
                                   const std::function<bool()>& give_up);

/// The same on a new association, as SCP by role selection, PS3.4 J.3.3. Never throws PeerError.
CommitmentDelivery deliver_by_call(const CommitmentPeer& peer, const std::string& our_title,
                                   const net::CommitmentResult& result);

/// The line in the log about a request that is over, pacs-records(5) "commitment". `result`
/// nullptr: it was never read back.
std::string commitment_record(const PendingCommitment& request, const net::CommitmentResult* result,
                              const CommitmentDelivery& delivery, unsigned attempts);

}  // namespace pacs::daemon
