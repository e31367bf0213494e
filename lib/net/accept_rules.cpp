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

std::optional<AssociateRj> AcceptRules::refuse(const AssociateRq& request,
                                               const std::string& /*peer_host*/) const
{
    if (!allowed(called_aes, request.called_ae)) {
        return rejections::called_title.rejection;
    }
    if (!allowed(calling_aes, request.calling_ae)) {
        return rejections::calling_title.rejection;
    }
    return std::nullopt;
}

AnsweredContext AcceptRules::answer(const ProposedContext& context,
                                    const AssociateRq& /*request*/) const
{
    static const std::vector<std::string> any;
    const auto* served = find_class(context.abstract_syntax);
    if (served == nullptr && !(any_storage && may_be_stored(context.abstract_syntax))) {
        return {context.id, ContextAnswer::abstract_syntax_not_supported, {}};
    }
    auto syntax =
        choose(context.transfer_syntaxes, served == nullptr ? any : served->transfer_syntaxes);
    if (!syntax) {
        return {context.id, ContextAnswer::transfer_syntaxes_not_supported, {}};
    }
    return {context.id, ContextAnswer::accepted, std::move(*syntax)};
}

std::optional<RoleSelection> AcceptRules::role(const RoleSelection& asked) const
{
    const auto* served = find_class(asked.sop_class);
    if (served == nullptr && !(any_storage && may_be_stored(asked.sop_class))) {
        return std::nullopt;
    }
    const bool scp = served != nullptr && served->requestor_scp;
    return RoleSelection{asked.sop_class, asked.scu, asked.scp && scp};
}

std::optional<std::string> AcceptRules::extended(const ExtendedNegotiation& asked) const
{
    return extended_answer ? extended_answer(asked) : std::nullopt;
}

std::string AcceptRules::identity_response(const UserIdentity& /*identity*/) const
{
    return {};  // PS3.7 D.3.3.7.2: empty for names and passcodes
}

AsyncWindow AcceptRules::window(const AsyncWindow& asked) const
{
    return {grant(asked.invoked, max_window.invoked), grant(asked.performed, max_window.performed)};
}

}  // namespace pacs::net
