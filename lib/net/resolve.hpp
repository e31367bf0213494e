#pragma once

#include "base/deadline.hpp"
#include "net/transport.hpp"

#include <string>
#include <vector>

namespace pacs::net {

/// The numeric addresses of a host, IPv4 and IPv6, in the order the system would try them (RFC
/// 6724, usually IPv6 first), at most 16. A lookup that hangs is left behind at the deadline or the
/// stop (its thread ends when the system lets go), so a dead name server costs no more than that.
/// Who asks for the same host meanwhile shares the lookup: there is one thread a host, not one a
/// call. Throws PeerError: name_not_found with the system's reason, timed_out, stopped.
std::vector<std::string> resolve(const std::string& host, Deadline deadline,
                                 const StopPolicy& stop = {});

}  // namespace pacs::net
