#pragma once

#include "base/deadline.hpp"
#include "net/transport.hpp"

#include <string>
#include <vector>

namespace pacs::net {

/// The numeric addresses of a host, IPv4 and IPv6, in the order the system would try them, at most
/// 16. A lookup that hangs is left behind at the deadline (its thread ends when the system lets
/// go), so a dead name server costs no more than that.
/// Throws PeerError: name_not_found with the system's reason, timed_out, stopped.
std::vector<std::string> resolve(const std::string& host, Deadline deadline,
                                 const StopPolicy& stop = {});

}  // namespace pacs::net
