#pragma once

#include "net/association.hpp"

#include <string_view>

namespace pacs::net {

/// Waits for the next message, which must be a response `expected`. Its data set, if any, is still
/// to be taken. Throws PeerError: released (the peer's wish is granted first), protocol_violation
/// (and aborts) for anything else.
Response receive_answer(Association& association, CommandField expected, std::string_view service);

/// The peer answered what cannot be: aborts and throws PeerError(protocol_violation).
[[noreturn]] void refuse_answer(Association& association, std::string_view why);

}  // namespace pacs::net
