#pragma once

#include "net/retrieve.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pacs::net {

/// C-MOVE as its user, PS3.7 9.1.4 and PS3.4 C.4.2: has the peer send what `identifier` (bytes in
/// the transfer syntax of context `context_id`) names to the application entity `destination`. What
/// that title stands for is the peer's knowledge. `on_pending` is called for each pending response
/// with what it counts; when it returns Next::cancel, or RetrieveOptions::cancel_fd is readable, a
/// C-CANCEL goes out, and the end is waited for. A failure status is a result, not an exception;
/// success is what the peer says, and no proof that anything was sent.
/// Throws PeerError when the association ends first, timed_out at the deadline, without progress,
/// or when the peer goes on after C-CANCEL (the message says which), protocol_violation for an
/// answer to something else. When `on_pending` throws, the association is aborted. After a result
/// the association can be used again.
RetrieveResult move(Association& association, std::uint8_t context_id,
                    const std::string& destination, std::string_view identifier,
                    const std::function<Next(const SubOperations&)>& on_pending,
                    const RetrieveOptions& options = {});

}  // namespace pacs::net
