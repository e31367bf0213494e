#include "net/accept_rules.hpp"

#include "dicom/uid.hpp"
#include "net/rejections.hpp"

#include <algorithm>

namespace pacs::net {

namespace {

bool contains(const std::vector<std::string>& list, const std::string& text)
{
    return std::find(list.begin(), list.end(), text) != list.end();
}

bool allowed(const std::vector<std::string>& list, const std::string& text)
{
    return list.empty() || contains(list, text);
}

/// A storage SOP class, or one nobody has registered: private and future ones are stored as well.
bool may_be_stored(const std::string& abstract_syntax)
{
    return dicom::is_storage_class(abstract_syntax) ||
           (dicom::is_valid_uid(abstract_syntax) && dicom::uid_name(abstract_syntax).empty());
}

std::uint16_t grant(std::uint16_t asked, std::uint16_t most) noexcept
{
    return asked == 0 ? most : std::min(asked, most);
}

}  // namespace

const AcceptRules::Class* AcceptRules::find_class(const std::string& abstract_syntax) const noexcept
{
    const auto found = std::find_if(classes.begin(), classes.end(), [&](const Class& one) {
        return one.abstract_syntax == abstract_syntax;
    });
    return found == classes.end() ? nullptr : &*found;
}

std::optional<std::string> AcceptRules::choose(const std::vector<std::string>& offered,
                                               const std::vector<std::string>& accepted) const
{
    for (const auto& preferred : preferred_syntaxes) {
        if (contains(offered, preferred) && allowed(accepted, preferred)) {
            return preferred;
        }
    }
    const auto first = std::find_if(offered.begin(), offered.end(), [&](const std::string& syntax) {
        return dicom::is_valid_uid(syntax) && allowed(accepted, syntax);
    });
    return first == offered.end() ? std::nullopt : std::optional{*first};
}

Admission AcceptRules::admit(const AssociateRq& request, const Caller& caller) const
{
    auto admission = access ? access(request, caller) : Admission{};
    if (admission.rejection) {
        return admission;
    }
    if (!allowed(called_aes, request.called_ae)) {
        admission.rejection = rejections::called_title.rejection;
    } else if (!allowed(calling_aes, request.calling_ae)) {
        admission.rejection = rejections::calling_title.rejection;
    }
    return admission;
}

AcceptRules::Needs AcceptRules::needs_of(const std::string& sop_class) const
{
    return needs ? needs(sop_class) : Needs{};
}

/// Without role selection a requestor is SCU, PS3.7 D.3.3.4.
bool AcceptRules::permits(const ProposedContext& context, const AssociateRq& request,
                          const Admission& admission) const
{
    const auto asked = std::find_if(
        request.user.roles.begin(), request.user.roles.end(),
        [&](const RoleSelection& role) { return role.sop_class == context.abstract_syntax; });
    const bool as_scu = asked == request.user.roles.end() || asked->scu;
    const bool as_scp = asked != request.user.roles.end() && asked->scp;
    const auto needed = needs_of(context.abstract_syntax);
    return (as_scu && (admission.rights & needed.scu) != 0) ||
           (as_scp && (admission.rights & needed.scp) != 0);
}

AnsweredContext AcceptRules::answer(const ProposedContext& context, const AssociateRq& request,
                                    const Admission& admission) const
{
    static const std::vector<std::string> any;
    const auto* served = find_class(context.abstract_syntax);
    if (served == nullptr && !(any_storage && may_be_stored(context.abstract_syntax))) {
        return {context.id, ContextAnswer::abstract_syntax_not_supported, {}};
    }
    if (!permits(context, request, admission)) {
        return {context.id, ContextAnswer::user_rejection, {}};
    }
    auto syntax =
        choose(context.transfer_syntaxes, served == nullptr ? any : served->transfer_syntaxes);
    if (!syntax) {
        return {context.id, ContextAnswer::transfer_syntaxes_not_supported, {}};
    }
    return {context.id, ContextAnswer::accepted, std::move(*syntax)};
}

std::optional<RoleSelection> AcceptRules::role(const RoleSelection& asked,
                                               const Admission& admission) const
{
    const auto* served = find_class(asked.sop_class);
    if (served == nullptr && !(any_storage && may_be_stored(asked.sop_class))) {
        return std::nullopt;
    }
    const bool scp = served != nullptr ? served->requestor_scp : storage_requestor_scp;
    const auto needed = needs_of(asked.sop_class);
    return RoleSelection{asked.sop_class, asked.scu && (admission.rights & needed.scu) != 0,
                         asked.scp && scp && (admission.rights & needed.scp) != 0};
}

std::optional<std::string> AcceptRules::extended(const ExtendedNegotiation& asked) const
{
    return extended_answer ? extended_answer(asked) : std::nullopt;
}

std::optional<std::string> AcceptRules::identity_response(const UserIdentity& /*identity*/,
                                                          const Admission& admission) const
{
    // PS3.7 D.3.3.7.2: empty for names and passcodes
    return admission.user.empty() ? std::nullopt : std::optional{std::string{}};
}

AsyncWindow AcceptRules::window(const AsyncWindow& asked) const
{
    return {grant(asked.invoked, max_window.invoked), grant(asked.performed, max_window.performed)};
}

}  // namespace pacs::net
