#include "net/negotiation.hpp"

#include "dicom/uid.hpp"

#include <algorithm>

namespace pacs::net {

namespace {

const RoleSelection* find_role(const std::vector<RoleSelection>& roles, const std::string& uid)
{
    const auto found = std::find_if(roles.begin(), roles.end(), [&](const RoleSelection& role) {
        return role.sop_class == uid;
    });
    return found == roles.end() ? nullptr : &*found;
}

std::uint16_t no_more_than(std::uint16_t granted, std::uint16_t asked) noexcept
{
    if (asked == 0) {
        return granted;
    }
    return granted == 0 ? asked : std::min(granted, asked);
}

}  // namespace

std::span<const std::byte> bytes_of(const std::string& text) noexcept
{
    return std::as_bytes(std::span{text});
}

UserInformation our_information(const AssociationLimits& limits)
{
    UserInformation user;
    user.max_pdu_bytes = limits.max_pdu_bytes;
    user.implementation_class_uid = dicom::implementation_class_uid;
    user.implementation_version = dicom::implementation_version_name;
    return user;
}

Context proposed(const ProposedContext& context)
{
    Context result;
    result.id = context.id;
    result.abstract_syntax = context.abstract_syntax;
    result.proposed_syntaxes = context.transfer_syntaxes;
    return result;
}

bool offered(const Context& context, const std::string& transfer_syntax)
{
    const auto& list = context.proposed_syntaxes;
    return std::find(list.begin(), list.end(), transfer_syntax) != list.end();
}

void settle_roles(std::vector<Context>& contexts, const std::vector<RoleSelection>& asked,
                  const std::vector<RoleSelection>& granted)
{
    for (auto& context : contexts) {
        const auto* wish = find_role(asked, context.abstract_syntax);
        const auto* answer = find_role(granted, context.abstract_syntax);
        if (wish != nullptr && answer != nullptr) {
            context.requestor_scu = wish->scu && answer->scu;
            context.requestor_scp = wish->scp && answer->scp;
        }
    }
}

AsyncWindow settle_window(const std::optional<AsyncWindow>& asked,
                          const std::optional<AsyncWindow>& granted)
{
    if (!asked || !granted) {
        return {};
    }
    return {no_more_than(granted->invoked, asked->invoked),
            no_more_than(granted->performed, asked->performed)};
}

}  // namespace pacs::net
