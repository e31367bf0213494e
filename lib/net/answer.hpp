#pragma once

#include "net/association.hpp"

#include <string_view>

namespace pacs::net {

/// The AE title of the other side.
const std::string& peer_title(const Association& association) noexcept;

/// Waits for the next message, which must be a response `expected`. Its data set, if any, is still
/// to be taken. Throws PeerError: released (the peer's wish is granted first), protocol_violation
/// (and aborts) for anything else.
Response receive_answer(Association& association, CommandField expected, std::string_view service);

/// The response in `message`, which must be `expected`; throws as receive_answer().
Response parse_answer(Association& association, const Incoming& message, CommandField expected);

/// The peer asked for release where it owes an answer: grants it and throws PeerError(released).
[[noreturn]] void refuse_release(Association& association, std::string_view service);

/// The peer answered what cannot be: aborts and throws PeerError(protocol_violation).
[[noreturn]] void refuse_answer(Association& association, std::string_view why);

}  // namespace pacs::net
