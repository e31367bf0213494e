#pragma once

#include "base/address_range.hpp"
#include "base/settings.hpp"
#include "net/association.hpp"
#include "net/tls.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::daemon {

/// What a caller may have done, as bits of net::Rights, with their words in pacs.toml.
enum class Right : net::Rights {
    echo = 1U,      ///< C-ECHO
    store = 2U,     ///< C-STORE to us
    find = 4U,      ///< C-FIND
    retrieve = 8U,  ///< C-GET, and C-MOVE to where the configuration allows
    commit = 16U,   ///< storage commitment
    receive = 32U,  ///< to be the destination of somebody's C-MOVE; nothing on an association
};
constexpr net::Rights bit(Right right) noexcept
{
    return static_cast<net::Rights>(right);
}
/// Everything that is done on a caller's own association: "all".
inline constexpr net::Rights every_service = 31U;

/// "echo", "store", ...; "all" is every_service. Throws Error(usage).
net::Rights parse_right(std::string_view word);
/// "echo, store"; empty for none.
std::string to_string(net::Rights rights);

/// One of the rules of `allow` in [archived]: whoever calls from there may do that, whatever title
/// he gives.
struct AccessRule {
    net::Rights rights = 0;
    std::vector<AddressRange> from;
    bool certificate = false;  ///< only over TLS with a certificate of the client
    bool user = false;         ///< only with a user whose passcode was proven
};

/// Reads "SERVICE... from RANGE... [with certificate] [with user]": "echo store from 10.0.0.0/8",
/// "all from loopback". Throws Error(usage).
AccessRule parse_access_rule(std::string_view text);

/// Who asks for an association.
struct Asker {
    std::string calling;
    std::string called;
    std::string host;                               ///< numeric
    const net::Certificate* certificate = nullptr;  ///< proven; nullptr: none
    std::string user = {};                          ///< proven; empty: none
};

/// What he may do, and why not more.
struct Access {
    net::Rights rights = 0;
    std::string node;    ///< the first that gave a right; empty: only rules did
    std::string reason;  ///< when there is no right: what each node and rule found missing
};

/// Who may do what with the daemon: the rules of `allow`, and the nodes with `allow`. A caller has
/// every right that any of them gives; there is no rule that takes one away. Without any, nobody is
/// served. Pure: the answer depends on the asker alone, and costs no look-up of names.
class AccessRules {
public:
    AccessRules() = default;
    /// Throws Error(usage), naming rule or node, for a rule that cannot be read, a node that allows
    /// something and is known by nothing but its title, and one that wants users without a list or
    /// certificates without TLS that asks for them.
    explicit AccessRules(const ArchivedSettings& settings);

    Access decide(const Asker& asker) const;
    /// Whether somebody could be served who calls from another machine.
    bool open_to_others() const;

private:
    struct Node {
        std::string name;
        std::string title;
        net::Rights rights = 0;
        std::vector<AddressRange> from;
        std::vector<std::string> certificates;
        std::vector<std::string> called;
        std::vector<std::string> users;
    };
    static Node read(const CallerSettings& caller);
    static std::string objection(const Node& node, const Asker& asker);
    static std::string objection(const AccessRule& rule, const Asker& asker);

    std::vector<AccessRule> rules_;
    std::vector<Node> nodes_;
};

}  // namespace pacs::daemon
