#pragma once

#include "net/pdu.hpp"

#include <array>
#include <string_view>

/// Why a server of ours rejects an association, PS3.8 9.3.4. Code that rejects takes its answer
/// from here, and pacs-conformance(7) lists the same.
namespace pacs::net::rejections {

struct Rule {
    AssociateRj rejection;
    std::string_view when;  ///< for people, without a full stop
};

inline constexpr Rule protocol_version{
    {AssociateRj::permanent, AssociateRj::acse, AssociateRj::protocol_version_not_supported},
    "the protocol version is not 1"};
inline constexpr Rule application_context{{AssociateRj::permanent, AssociateRj::service_user,
                                           AssociateRj::application_context_not_supported},
                                          "the application context is not that of DICOM"};
inline constexpr Rule called_title{
    {AssociateRj::permanent, AssociateRj::service_user, AssociateRj::called_ae_not_recognised},
    "the called AE title is none of ours"};
inline constexpr Rule calling_title{
    {AssociateRj::permanent, AssociateRj::service_user, AssociateRj::calling_ae_not_recognised},
    "the calling AE title is no valid title"};
inline constexpr Rule stranger{
    {AssociateRj::permanent, AssociateRj::service_user, AssociateRj::calling_ae_not_recognised},
    "nothing allows the requestor anything: his titles, his address, his certificate or his user "
    "identity is not one that may; which, he is not told"};
inline constexpr Rule no_room{
    {AssociateRj::permanent, AssociateRj::acse, AssociateRj::acse_no_reason},
    "the requestor's maximum PDU length leaves no room for data"};
inline constexpr Rule too_many{
    {AssociateRj::transient, AssociateRj::presentation, AssociateRj::local_limit_exceeded},
    "there are as many associations, in all or from this address, as may be"};
inline constexpr Rule congestion{
    {AssociateRj::transient, AssociateRj::presentation, AssociateRj::temporary_congestion},
    "the system has no descriptor or thread left"};

inline constexpr std::array all{
    protocol_version, application_context, called_title, calling_title, stranger, no_room,
    too_many,         congestion};

}  // namespace pacs::net::rejections
