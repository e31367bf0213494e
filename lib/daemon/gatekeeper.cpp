#include "daemon/gatekeeper.hpp"

#include "base/deadline.hpp"
#include "base/stop.hpp"
#include "dicom/uid.hpp"
#include "net/rejections.hpp"

#include <fmt/format.h>

#include <type_traits>
#include <variant>

namespace pacs::daemon {

namespace {

using Identity = net::UserIdentity;

/// Storage Commitment Push Model, PS3.4 Annex J.
constexpr std::string_view commitment_class = "1.2.840.10008.1.20.1";

bool one_of(const std::string& sop_class, std::initializer_list<std::string_view> classes)
{
    return std::find(classes.begin(), classes.end(), sop_class) != classes.end();
}

}  // namespace

Gatekeeper::Gatekeeper(const ArchivedSettings& settings)
    : rules_(settings),
      users_(settings.users_file.empty() ? UserList{} : UserList{settings.users_file}),
      knows_users_(!settings.users_file.empty())
{
}

/// The passcode is looked at last, and only of somebody who would be let in with the right one.
Access Gatekeeper::judge(const net::AssociateRq& request, const net::Caller& caller,
                         std::string& user) const
{
    const bool certified = caller.tls != nullptr && caller.tls->certificate.has_value();
    Asker asker{.calling = request.calling_ae,
                .called = request.called_ae,
                .host = caller.host,
                .certificate = certified ? &*caller.tls->certificate : nullptr,
                .user = {}};
    if (!knows_users_ || !request.identity || request.identity->type == Identity::Type::username) {
        return rules_.decide(asker);
    }
    if (request.identity->type != Identity::Type::passcode) {
        return {.rights = 0, .node = {}, .reason = "an identity of a kind we cannot prove"};
    }
    asker.user = request.identity->primary;
    auto access = rules_.decide(asker);
    if (access.rights != 0 && !users_.proves(asker.user, request.identity->secondary)) {
        return {.rights = 0,
                .node = {},
                .reason = fmt::format("no user {} has that passcode", asker.user)};
    }
    user = asker.user;
    return access;
}

net::Admission Gatekeeper::admit(const net::AssociateRq& request, const net::Caller& caller) const
{
    const auto until = Deadline::after(pause);
    net::Admission admission;
    auto access = judge(request, caller, admission.user);
    admission.rights = access.rights;
    admission.node = std::move(access.node);
    if (admission.rights == 0) {
        admission.rejection = net::rejections::stranger.rejection;
        admission.reason = std::move(access.reason);
        admission.user.clear();
        (void)StopFlag::instance().wait(until);
    }
    return admission;
}

net::AcceptRules::Needs needs_of(const std::string& sop_class)
{
    using namespace dicom::uids;
    const auto same = [](Right right) { return net::AcceptRules::Needs{bit(right), bit(right)}; };
    if (sop_class == verification) {
        return same(Right::echo);
    }
    if (one_of(sop_class, {patient_root_find, study_root_find})) {
        return same(Right::find);
    }
    if (one_of(sop_class, {patient_root_move, study_root_move, patient_root_get, study_root_get})) {
        return same(Right::retrieve);
    }
    if (sop_class == commitment_class) {
        return same(Right::commit);
    }
    return {bit(Right::store), bit(Right::retrieve)};  // who is SCP of storage gets (PS3.4 C.4.3)
}

bool may(net::Rights rights, const net::Request& request) noexcept
{
    const auto needed = std::visit(
        [](const auto& each) {
            using R = std::decay_t<decltype(each)>;
            if constexpr (std::is_same_v<R, net::EchoRequest>) {
                return bit(Right::echo);
            } else if constexpr (std::is_same_v<R, net::StoreRequest>) {
                return bit(Right::store);
            } else if constexpr (std::is_same_v<R, net::FindRequest>) {
                return bit(Right::find);
            } else if constexpr (std::is_same_v<R, net::GetRequest> ||
                                 std::is_same_v<R, net::MoveRequest>) {
                return bit(Right::retrieve);
            } else if constexpr (std::is_same_v<R, net::CancelRequest>) {
                return every_service;  // of what he was allowed to begin
            } else {
                return bit(Right::commit);
            }
        },
        request);
    return (rights & needed) != 0;
}

}  // namespace pacs::daemon
