#pragma once

#include "net/status.hpp"

#include <array>

/// What a C-FIND is answered, PS3.4 C.4.1.1.4, beside net::server_statuses.
namespace pacs::daemon::find_statuses {

using net::StatusRule;
inline constexpr StatusRule match{net::statuses::pending, "a match"};
inline constexpr StatusRule match_without_keys{
    net::statuses::pending_keys_unsupported,
    "a match; a key of the identifier is not supported, and was neither matched nor returned"};
inline constexpr StatusRule complete{net::statuses::success, "all matches were sent"};
inline constexpr StatusRule cancelled{net::statuses::cancel, "C-CANCEL came"};
inline constexpr StatusRule not_find{net::statuses::class_not_supported,
                                     "the presentation context is of no C-FIND SOP class"};
inline constexpr StatusRule failed{net::statuses::out_of_resources,
                                   "the index failed, or the time for one query is over"};
inline constexpr StatusRule bad_identifier{
    net::statuses::identifier_mismatch,
    "the identifier has no Query/Retrieve Level of its model, lacks the one value of a unique key "
    "above that level (without relational queries), has a value that can be no key of its VR, more "
    "than one item in a sequence, or goes beyond the limits"};
inline constexpr StatusRule unreadable{net::statuses::cannot_understand,
                                       "the identifier cannot be decoded"};

inline constexpr std::array all{match,  match_without_keys, complete,  cancelled, not_find,
                                failed, bad_identifier,     unreadable};

}  // namespace pacs::daemon::find_statuses
