#pragma once

#include "base/json_line.hpp"
#include "moving/verifier.hpp"
#include "net/peer_error.hpp"
#include "net/retrieve.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pacs::moving {

/// All that is known of how one unit was moved.
struct Evidence {
    std::optional<std::uint64_t> expected;  ///< instances, as the source says
    /// How the C-MOVE ended; of one that broke off only the counts it told.
    net::RetrieveResult result;
    std::optional<net::PeerFault> fault;  ///< it broke off
    std::string fault_message;
    std::optional<Verification> verification;
    std::string unverified;  ///< why it could not be verified, when that was wanted
    std::optional<net::PeerFault> verify_fault;  ///< the same, when a peer failed
};

struct Judgement {
    Outcome outcome = Outcome::ok;
    std::string reason;   ///< pacs-records(5); empty for ok
    std::string message;  ///< for people; foreign text may be in it
};

/// Whether the unit arrived. What the destination says it has, once asked, is more than what the
/// source says it did; a source that says success with less than it has is not believed.
Judgement judge(const Evidence& evidence);

}  // namespace pacs::moving
