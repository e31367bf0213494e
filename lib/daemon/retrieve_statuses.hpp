#pragma once

#include "net/status.hpp"

#include <array>

/// What C-MOVE and C-GET are answered, PS3.4 C.4.2.1.5 and C.4.3.1.4, beside net::server_statuses.
namespace pacs::daemon::retrieve_statuses {

using net::StatusRule;
inline constexpr StatusRule going_on{
    net::statuses::pending,
    "sub-operations go on: at once, then at most ten times a second while "
    "the counts change, and every five seconds while they do not"};
inline constexpr StatusRule complete{net::statuses::success,
                                     "all sub-operations succeeded, or there was nothing to do"};
inline constexpr StatusRule partly{
    net::Status{0xB000},
    "some sub-operations succeeded, others failed (they are in the Failed SOP Instance UID List) "
    "or ended with a warning"};
inline constexpr StatusRule cancelled{
    net::statuses::cancel, "C-CANCEL came; what was outstanding was waited for, the rest remains"};
inline constexpr StatusRule not_retrieve{
    net::statuses::class_not_supported,
    "the presentation context is of no SOP class of the command's service"};
inline constexpr StatusRule no_count{net::Status{0xA701}, "the index failed"};
inline constexpr StatusRule none_done{
    net::Status{0xA702},
    "every sub-operation failed (the destination cannot be reached or took nothing, the objects "
    "cannot be read), or as many retrievals as allowed are under way"};
inline constexpr StatusRule unknown_destination{
    net::statuses::move_destination_unknown,
    "the Move Destination is neither configured nor, where that is allowed, the requestor"};
inline constexpr StatusRule bad_identifier{
    net::statuses::identifier_mismatch,
    "the identifier has no Query/Retrieve Level of its model, no value of its unique key, not one "
    "value of a unique key above (without relational retrieval), a value of one below, or a value "
    "that is no UID or has a wildcard"};
inline constexpr StatusRule unreadable{net::statuses::cannot_understand,
                                       "the identifier cannot be decoded"};

inline constexpr std::array get{going_on, complete,  partly,         cancelled, not_retrieve,
                                no_count, none_done, bad_identifier, unreadable};
inline constexpr std::array all{going_on,       complete,  partly,    cancelled,
                                not_retrieve,   no_count,  none_done, unknown_destination,
                                bad_identifier, unreadable};
/// Of C-MOVE all of them, of C-GET those without a destination.
inline constexpr std::array move = all;

}  // namespace pacs::daemon::retrieve_statuses
