#pragma once

#include "net/association.hpp"
#include "net/echo.hpp"
#include "net/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Storage Commitment, Push Model: PS3.4 Annex J. Its messages, and both sides of its services
/// where they ask for something.
namespace pacs::net {

/// An item of a Referenced SOP Sequence (0008,1199).
struct SopReference {
    std::string sop_class;
    std::string sop_instance;

    bool operator==(const SopReference&) const = default;
};

/// The action information of an N-ACTION, PS3.4 J.3.2.1.1.
struct CommitmentRequest {
    std::string transaction_uid;
    std::vector<SopReference> references;
};

/// Failure Reasons (0008,1197) of PS3.4 J.3.3.1.1 that we tell.
namespace commitment_reasons {
inline constexpr std::uint16_t processing_failure = 0x0110;
inline constexpr std::uint16_t no_such_object = 0x0112;
inline constexpr std::uint16_t class_instance_conflict = 0x0119;
}  // namespace commitment_reasons

/// An item of a Failed SOP Sequence (0008,1198).
struct FailedReference {
    SopReference reference;
    std::uint16_t reason = commitment_reasons::processing_failure;

    bool operator==(const FailedReference&) const = default;
};

/// The event information of an N-EVENT-REPORT, PS3.4 J.3.3.1.
struct CommitmentResult {
    std::string transaction_uid;
    std::vector<SopReference> committed;
    std::vector<FailedReference> failed;

    /// Event Type ID: 1 when all were committed, 2 when there are failures.
    std::uint16_t event_type() const noexcept { return failed.empty() ? 1 : 2; }
};

inline constexpr std::uint16_t request_commitment_action = 1;  ///< Action Type ID, PS3.4 J.3.2.1
/// More references than this are refused.
inline constexpr std::size_t max_commitment_references = 20'000;

/// Bytes in a transfer syntax. parse_ throws Error(data) for what is no such data set: no
/// Transaction UID, no or too many references, UIDs that are none.
std::string encode(const CommitmentRequest& request, std::string_view transfer_syntax);
std::string encode(const CommitmentResult& result, std::string_view transfer_syntax);
CommitmentRequest parse_commitment_request(std::string_view bytes,
                                           std::string_view transfer_syntax);
CommitmentResult parse_commitment_result(std::string_view bytes, std::string_view transfer_syntax);

/// What is proposed for the class: as SCU (to request), or as SCP by role selection (to report on
/// an association that we ask for, PS3.4 J.3.3 and PS3.7 D.3.3.4).
std::vector<Proposal> commitment_proposals(bool as_scp);

/// N-ACTION: requests commitment, as SCU. A failure status is a result.
/// Throws PeerError as receive_answer(), nothing_accepted without a context for it.
Answer request_commitment(Association& association, const CommitmentRequest& request);

/// N-EVENT-REPORT on an association that we asked for as SCP. A failure status is a result.
/// Throws PeerError as request_commitment(), nothing_accepted also when the peer did not grant the
/// role.
Answer report_commitment(Association& association, const CommitmentResult& result);

/// The N-EVENT-REPORT of a result; its message ID is chosen by who sends it.
EventReportRequest event_report(const CommitmentResult& result);

}  // namespace pacs::net
