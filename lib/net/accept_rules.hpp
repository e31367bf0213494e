#pragma once

#include "net/association.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pacs::net {

/// What a server accepts, as data: the AcceptPolicy of the archive and of tests.
class AcceptRules : public AcceptPolicy {
public:
    /// One abstract syntax that is served.
    struct Class {
        std::string abstract_syntax;
        /// Accepted transfer syntaxes; empty: any that is offered.
        std::vector<std::string> transfer_syntaxes;
        bool requestor_scp = false;  ///< the requestor may be SCP of it (PS3.7 D.3.3.4)
    };

    std::vector<std::string> called_aes;   ///< titles that are ours; empty: any
    std::vector<std::string> calling_aes;  ///< titles that may call; empty: any
    std::vector<Class> classes;
    /// Every storage SOP class of the registry and every class the registry does not know, private
    /// ones included, in any transfer syntax. Classes known to be something else need an entry.
    bool any_storage = false;
    /// The requestor may be SCP of what `any_storage` accepts, for C-GET (PS3.4 C.5.3).
    bool storage_requestor_scp = false;
    /// Our order of preference among the transfer syntaxes offered; those not listed come after,
    /// in the requestor's order. Empty: the requestor's order.
    std::vector<std::string> preferred_syntaxes;
    AsyncWindow max_window;  ///< the most granted of each; 0 asked (unlimited) gets this
    /// Answers SOP class extended negotiation; empty: none is answered.
    std::function<std::optional<std::string>(const ExtendedNegotiation&)> extended_answer;

    /// Decides on who is not refused for a title; empty: everybody is welcome to everything. It
    /// comes before `called_aes`, so that a stranger learns nothing of our titles.
    std::function<Admission(const AssociateRq&, const Caller&)> access;
    /// The rights that a SOP class needs of the requestor as its SCU, and as its SCP (PS3.7
    /// D.3.3.4): one of these bits; empty: none. Without either right a context is not accepted.
    struct Needs {
        Rights scu = every_right;
        Rights scp = every_right;
    };
    std::function<Needs(const std::string& sop_class)> needs;

    Admission admit(const AssociateRq& request, const Caller& caller) const override;
    AnsweredContext answer(const ProposedContext& context, const AssociateRq& request,
                           const Admission& admission) const override;
    std::optional<RoleSelection> role(const RoleSelection& asked,
                                      const Admission& admission) const override;
    std::optional<std::string> extended(const ExtendedNegotiation& asked) const override;
    std::optional<std::string> identity_response(const UserIdentity& identity,
                                                 const Admission& admission) const override;
    AsyncWindow window(const AsyncWindow& asked) const override;

private:
    Needs needs_of(const std::string& sop_class) const;
    bool permits(const ProposedContext& context, const AssociateRq& request,
                 const Admission& admission) const;
    const Class* find_class(const std::string& abstract_syntax) const noexcept;
    std::optional<std::string> choose(const std::vector<std::string>& offered,
                                      const std::vector<std::string>& allowed) const;
};

}  // namespace pacs::net
