#pragma once

#include "net/status.hpp"

#include <array>

/// What a C-STORE is answered, PS3.4 B.2.3, beside net::server_statuses.
namespace pacs::archive {

namespace store_statuses {

using net::StatusRule;
inline constexpr StatusRule stored{
    net::statuses::success,
    "the object is stored, was stored already, or took the place of another (on_conflict replace)"};
inline constexpr StatusRule set_aside{
    net::statuses::coerced,
    "another object has this SOP Instance UID and stays; this one is kept in conflicts/ "
    "(on_conflict keep)"};
inline constexpr StatusRule rejected{
    net::statuses::duplicate_instance,
    "another object has this SOP Instance UID and stays; this one is dropped (on_conflict reject)"};
inline constexpr StatusRule bad_instance_uid{net::statuses::invalid_instance,
                                             "the Affected SOP Instance UID is no valid UID"};
inline constexpr StatusRule not_storage{net::statuses::class_not_supported,
                                        "the presentation context is of no storage SOP class"};
inline constexpr StatusRule no_space{net::statuses::out_of_resources,
                                     "less than min_free of the disk is free"};
inline constexpr StatusRule failed{net::statuses::out_of_resources,
                                   "the disk or the index failed; nothing of the object is kept"};
inline constexpr StatusRule class_mismatch{
    net::statuses::data_set_mismatch,
    "the SOP Class UID of the data set is not that of the request; the object is in quarantine/"};
inline constexpr StatusRule instance_mismatch{
    net::Status{0xA901},
    "the SOP Instance UID of the data set is not that of the request; the object is in "
    "quarantine/"};
inline constexpr StatusRule broken{
    net::statuses::cannot_understand,
    "the structure of the data set is broken or cut off; the object is in quarantine/"};
inline constexpr StatusRule too_deep{
    net::Status{0xC001}, "sequences are nested deeper than 64; the object is in quarantine/"};
inline constexpr StatusRule missing_uid{
    net::Status{0xC002},
    "the data set lacks a SOP Class, SOP Instance, Study or Series Instance UID; the object is in "
    "quarantine/"};
inline constexpr StatusRule invalid_uid{
    net::Status{0xC003}, "one of these is no valid UID; the object is in quarantine/"};

inline constexpr std::array all{
    stored,         set_aside,         rejected, bad_instance_uid, not_storage, no_space,   failed,
    class_mismatch, instance_mismatch, broken,   too_deep,         missing_uid, invalid_uid};

}  // namespace store_statuses

}  // namespace pacs::archive
