#pragma once

#include "net/association.hpp"
#include "net/status.hpp"

#include <string>
#include <vector>

namespace pacs::net {

/// What a peer answered to a request that has nothing but a status.
struct Answer {
    Status status;
    std::string comment;  ///< (0000,0902), as the peer wrote it: foreign text
};

/// What an association for C-ECHO proposes: Verification in the transfer syntaxes that every peer
/// has.
const std::vector<Proposal>& verification_proposals();

/// C-ECHO, PS3.7 9.1.5, on the accepted context of the Verification SOP class.
/// Throws PeerError: nothing_accepted, or that no (right) answer came.
Answer echo(Association& association);

}  // namespace pacs::net
