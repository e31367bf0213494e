#pragma once

#include "net/commitment.hpp"
#include "net/status.hpp"

#include <array>

/// What an N-ACTION that requests storage commitment is answered, PS3.4 J.3.2, beside
/// net::server_statuses.
namespace pacs::daemon::commitment_statuses {

using net::StatusRule;
inline constexpr StatusRule taken{net::statuses::success,
                                  "the request is on disk, and will be reported on"};
inline constexpr StatusRule other_instance{net::statuses::no_such_instance,
                                           "the SOP Instance UID is not 1.2.840.10008.1.20.1.1"};
inline constexpr StatusRule other_action{net::statuses::no_such_action,
                                         "the Action Type ID is not 1"};
inline constexpr StatusRule bad_request{
    net::statuses::invalid_argument,
    "the action information has no Transaction UID, no or too many references, or UIDs that are "
    "none; or an earlier request with that Transaction UID, for other instances, is not yet "
    "reported on"};
inline constexpr StatusRule too_many{net::statuses::resource_limitation,
                                     "too many requests are not yet reported on"};

inline constexpr std::array all{taken, other_instance, other_action, bad_request, too_many};

}  // namespace pacs::daemon::commitment_statuses
