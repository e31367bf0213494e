#pragma once

#include "net/status.hpp"

#include <array>
#include <span>

/// What a Server answers whatever the application behind it does.
namespace pacs::net::server_statuses {

inline constexpr StatusRule echoed{statuses::success, "to C-ECHO"};
inline constexpr StatusRule not_served{
    statuses::class_not_supported,
    "the SOP class is not that of the presentation context, is not served with this command, or "
    "the role for it was not negotiated"};
inline constexpr StatusRule not_authorised{statuses::not_authorised,
                                           "the requestor may not have that done"};
inline constexpr StatusRule repeated_id{statuses::duplicate_invocation,
                                        "an earlier request with this message ID is unanswered"};
inline constexpr StatusRule unknown_command{statuses::unrecognised_operation,
                                            "the command is none that is served"};
inline constexpr StatusRule missing_element{
    statuses::mistyped_argument,
    "an element of the command is missing or has no value of its type, or a data set is announced "
    "that the command does not have, or the reverse"};
inline constexpr StatusRule bad_priority{statuses::invalid_argument, "Priority is none"};
inline constexpr StatusRule bad_class_uid{statuses::no_such_class, "the SOP Class UID is no UID"};
inline constexpr StatusRule bad_instance_uid{statuses::invalid_instance,
                                             "the SOP Instance UID is no UID"};
inline constexpr StatusRule long_identifier{statuses::identifier_mismatch,
                                            "the identifier is longer than the limit"};
inline constexpr StatusRule long_data_set{
    statuses::resource_limitation, "the data set of another command is longer than the limit"};
inline constexpr StatusRule busy{statuses::resource_limitation,
                                 "a C-GET is being performed on the same association"};
inline constexpr StatusRule bad_object{statuses::cannot_understand,
                                       "the object cannot be understood"};
inline constexpr StatusRule bad_identifier{statuses::identifier_mismatch,
                                           "the identifier cannot be understood"};
inline constexpr StatusRule no_resources{statuses::out_of_resources,
                                         "disk, database or memory failed us"};
inline constexpr StatusRule defect{statuses::processing_failure,
                                   "the service failed otherwise, or left the request unanswered"};

inline constexpr std::array all{echoed,           not_served,      not_authorised, repeated_id,
                                unknown_command,  missing_element, bad_priority,   bad_class_uid,
                                bad_instance_uid, long_identifier, long_data_set,  busy,
                                bad_object,       bad_identifier,  no_resources,   defect};

}  // namespace pacs::net::server_statuses
