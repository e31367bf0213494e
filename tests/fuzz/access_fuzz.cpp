// Any words as rules of access and ranges of addresses, any text as who asks: every text is a rule
// or an Error(usage), what is no numeric address is in no range, and an answer has no more rights
// than its rules give.
#include "base/address_range.hpp"
#include "base/error.hpp"
#include "daemon/access_rules.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace pacs;

namespace {

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

template <typename Read>
void attempt(const Read& read)
{
    try {
        read();
    } catch (const Error& error) {
        require(error.kind() == ErrorKind::usage);
    }
}

void decide(const std::string& rule, const std::string& host, const std::string& title)
{
    ArchivedSettings settings;
    settings.allow = {rule};
    settings.users_file = "unread";
    settings.listen_tls = {"2762"};
    CallerSettings node;
    node.name = "node";
    node.title = title;
    node.allow = {"store"};
    node.from = {"10.0.0.0/8"};
    if (title.find_first_not_of(' ') != std::string::npos) {
        settings.callers = {node};
    }
    const daemon::AccessRules rules{settings};
    net::Certificate certificate;
    certificate.subject = title;
    const daemon::Asker asker{title, host, host, &certificate, title};
    const auto access = rules.decide(asker);
    const auto most = daemon::parse_access_rule(rule).rights | daemon::bit(daemon::Right::store);
    require((access.rights & ~most) == 0);
    require(is_numeric_address(host) || access.rights == 0);
    require(access.rights != 0 || !access.reason.empty());
    (void)daemon::to_string(access.rights);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    const auto first = text.find('\n');
    const std::string rule = text.substr(0, first);
    const std::string rest = first == std::string::npos ? "" : text.substr(first + 1);
    const auto second = rest.find('\n');
    const std::string host = rest.substr(0, second);
    const std::string title = second == std::string::npos ? "" : rest.substr(second + 1);
    attempt([&] {
        const auto range = AddressRange::parse(rule);
        require(range.contains(rule.substr(0, rule.find('/'))));
    });
    attempt([&] { decide(rule, host, title); });
    return 0;
}
