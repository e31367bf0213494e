#include "archive/store_statuses.hpp"
#include "conformance/tables.hpp"
#include "daemon/commitment_statuses.hpp"
#include "daemon/find_statuses.hpp"
#include "daemon/retrieve_statuses.hpp"
#include "net/rejections.hpp"
#include "net/server_statuses.hpp"

#include <fmt/format.h>

#include <array>
#include <span>

namespace pacs::conformance {

namespace {

Table served(const std::string& name, std::span<const net::StatusRule> rules)
{
    Table table{name, {"Status", "Class", "When"}, {}};
    for (const net::StatusRule& rule : rules) {
        table.rows.push_back({rule.status.hex(), std::string{to_string(rule.status.status_class())},
                              std::string{rule.when}});
    }
    return table;
}

std::string outcome(net::Status status)
{
    if (status.success()) {
        return "ok";
    }
    return status.warning() ? "warning" : "failed";
}

/// What pacs-store makes of the statuses PS3.4 B.2.3 and PS3.7 Annex C know, and of one that nobody
/// does.
Table understood()
{
    constexpr std::array<std::uint16_t, 22> codes{
        0x0000, 0xB000, 0xB006, 0xB007, 0x0107, 0x0116, 0xA700, 0xA900, 0xC000, 0x0110, 0x0111,
        0x0112, 0x0115, 0x0117, 0x0118, 0x0119, 0x0122, 0x0124, 0x0210, 0x0211, 0x0212, 0x0213};
    Table table{"understood", {"Status", "Outcome", "Tried again", "Meaning"}, {}};
    const auto add = [&](std::uint16_t code, const std::string& shown) {
        const net::Status status{code};
        table.rows.push_back({shown, outcome(status), status.transient() ? "yes" : "no",
                              std::string{status.meaning(net::Service::store)}});
    };
    for (const std::uint16_t code : codes) {
        const bool range = code == 0xA700 || code == 0xA900;
        const std::string hex = net::Status{code}.hex();
        add(code, range ? hex.substr(0, 2) + "xx" : code == 0xC000 ? "Cxxx" : hex);
    }
    add(0x1234, "any other");
    return table;
}

Table rejected()
{
    Table table{"rejections", {"Result", "Source", "Reason", "When"}, {}};
    for (const net::rejections::Rule& rule : net::rejections::all) {
        table.rows.push_back({std::to_string(rule.rejection.result),
                              std::to_string(rule.rejection.source),
                              std::to_string(rule.rejection.reason), std::string{rule.when}});
    }
    return table;
}

}  // namespace

std::vector<Table> status_tables()
{
    return {served("statuses-any", net::server_statuses::all),
            served("statuses-store", archive::store_statuses::all),
            served("statuses-find", daemon::find_statuses::all),
            served("statuses-move", daemon::retrieve_statuses::move),
            served("statuses-get", daemon::retrieve_statuses::get),
            served("statuses-commitment", daemon::commitment_statuses::all),
            understood(),
            rejected()};
}

}  // namespace pacs::conformance
