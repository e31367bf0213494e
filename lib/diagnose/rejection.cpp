#include "diagnose/judge.hpp"

#include <fmt/format.h>

namespace pacs::diagnose {

namespace {

using net::AssociateRj;

RejectionWords by_user(std::uint8_t reason, const std::string& called, const std::string& calling)
{
    switch (reason) {
    case AssociateRj::no_reason:
        return {"it does not say why",
                fmt::format("most often it knows neither our title '{}' nor this machine: have "
                            "both registered there, and check the called title '{}'",
                            calling, called)};
    case AssociateRj::application_context_not_supported:
        return {"it does not know the DICOM application context",
                "whatever listens there is no DICOM peer of today"};
    case AssociateRj::calling_ae_not_recognised:
        return {fmt::format("it does not know our title '{}'", calling),
                fmt::format("have '{}' and this machine registered at the peer, or call it by a "
                            "title it knows with --calling",
                            calling)};
    case AssociateRj::called_ae_not_recognised:
        return {fmt::format("it does not go by the title '{}'", called),
                "check the part in front of the @ with who runs the peer; case matters"};
    default:
        return {fmt::format("for reason {}, which nobody defined", reason),
                "the peer's log may tell"};
    }
}

RejectionWords by_provider(const AssociateRj& rejection)
{
    if (rejection.source == AssociateRj::acse) {
        return rejection.reason == AssociateRj::protocol_version_not_supported
                   ? RejectionWords{"it does not know our version of the protocol",
                                    "whatever listens there is no DICOM peer of today"}
                   : RejectionWords{"its association service does not say why",
                                    "the peer's log may tell"};
    }
    switch (rejection.reason) {
    case AssociateRj::temporary_congestion: return {"it is busy at the moment", "try again later"};
    case AssociateRj::local_limit_exceeded:
        return {"it has as many associations as it takes",
                "try again later, and look for callers that leave associations open"};
    default:
        return {fmt::format("for reason {} of its presentation service, which nobody defined",
                            rejection.reason),
                "the peer's log may tell"};
    }
}

}  // namespace

RejectionWords explain(const AssociateRj& rejection, const std::string& called,
                       const std::string& calling)
{
    switch (rejection.source) {
    case AssociateRj::service_user: return by_user(rejection.reason, called, calling);
    case AssociateRj::acse:
    case AssociateRj::presentation: return by_provider(rejection);
    default:
        return {fmt::format("for source {} and reason {}, which nobody defined", rejection.source,
                            rejection.reason),
                "the peer's log may tell"};
    }
}

}  // namespace pacs::diagnose
