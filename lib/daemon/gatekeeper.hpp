#pragma once

#include "base/settings.hpp"
#include "daemon/access_rules.hpp"
#include "daemon/user_list.hpp"
#include "net/accept_rules.hpp"

#include <chrono>
#include <string>

namespace pacs::daemon {

/// Decides who gets an association, by AccessRules and UserList. Whoever does not is answered the
/// same, "calling AE title not recognised", a fixed time after the request, whatever was wrong with
/// him: he cannot tell a title from an address, nor a user from a passcode. The reason is for the
/// log. Immutable, so threads may share it.
class Gatekeeper {
public:
    /// How long after its request a stranger is answered; longer than a passcode takes to check.
    static constexpr std::chrono::milliseconds pause{300};

    /// Reads the file of users. Throws Error as AccessRules and UserList do.
    explicit Gatekeeper(const ArchivedSettings& settings);

    /// An identity by name and passcode (PS3.7 D.3.3.7) is proven when there is a list of users;
    /// one that is wrong, or that we cannot prove (Kerberos, SAML, JWT), is refused then. Without a
    /// list identities are ignored, and no positive response claims otherwise.
    net::Admission admit(const net::AssociateRq& request, const net::Caller& caller) const;

    const AccessRules& rules() const noexcept { return rules_; }

private:
    Access judge(const net::AssociateRq& request, const net::Caller& caller,
                 std::string& user) const;

    AccessRules rules_;
    UserList users_;
    bool knows_users_ = false;
};

/// The rights that a SOP class needs of its SCU and its SCP.
net::AcceptRules::Needs needs_of(const std::string& sop_class);

/// Whether these rights are enough for the request.
bool may(net::Rights rights, const net::Request& request) noexcept;

}  // namespace pacs::daemon
