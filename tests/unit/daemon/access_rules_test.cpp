#include "daemon/access_rules.hpp"

#include "base/error.hpp"

#include "catch.hpp"

using namespace pacs;
using Catch::Contains;
using daemon::AccessRules;
using daemon::Asker;
using daemon::bit;
using daemon::every_service;
using daemon::Right;

namespace {

CallerSettings node(std::string name, std::vector<std::string> allow,
                    std::vector<std::string> from = {}, std::string address = {})
{
    CallerSettings caller;
    caller.name = std::move(name);
    caller.title = address.empty() ? "CT1" : "";
    caller.allow = std::move(allow);
    caller.from = std::move(from);
    caller.address = std::move(address);
    caller.where = "pacs.toml:1";
    return caller;
}

AccessRules rules(std::vector<std::string> allow, std::vector<CallerSettings> callers = {})
{
    ArchivedSettings settings;
    settings.allow = std::move(allow);
    settings.callers = std::move(callers);
    settings.users_file = "users";
    settings.listen_tls = {"2762"};
    return AccessRules{settings};
}

Asker asker(std::string host, std::string calling = "CT1")
{
    return {.calling = std::move(calling), .called = "ARCHIVE", .host = std::move(host)};
}

std::string complaint(std::vector<std::string> allow, std::vector<CallerSettings> callers = {})
{
    try {
        rules(std::move(allow), std::move(callers));
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return {};
}

net::Certificate certificate()
{
    net::Certificate made;
    made.subject = "CN=ct1,O=Hospital\\, North";
    made.sha256 = std::string(62, '0') + "ab";
    return made;
}

}  // namespace

TEST_CASE("by default the machine itself may do everything and nobody else anything")
{
    const AccessRules access{ArchivedSettings{}};
    for (const char* host : {"127.0.0.1", "::1", "::ffff:127.0.0.1"}) {
        CHECK(access.decide(asker(host)).rights == every_service);
    }
    for (const char* host : {"10.0.0.1", "192.0.2.7", "2001:db8::1", "::", "0.0.0.0", ""}) {
        const auto decision = access.decide(asker(host));
        CHECK(decision.rights == 0);
        CHECK_THAT(decision.reason, Contains("no node has the title CT1"));
    }
    CHECK_FALSE(access.open_to_others());
    CHECK(AccessRules{}.decide(asker("127.0.0.1")).rights == 0);
}

TEST_CASE("a rule gives services to addresses, and several rules add up")
{
    const auto access = rules({"echo find from 10.0.0.0/8 fd00::/8", "store from 10.1.0.0/16"});
    CHECK(access.decide(asker("10.2.0.1")).rights == (bit(Right::echo) | bit(Right::find)));
    CHECK(access.decide(asker("10.1.0.1")).rights ==
          (bit(Right::echo) | bit(Right::find) | bit(Right::store)));
    CHECK(access.decide(asker("fd12::1")).rights == (bit(Right::echo) | bit(Right::find)));
    CHECK(access.decide(asker("127.0.0.1")).rights == 0);  // the rules replace the default
    CHECK(access.open_to_others());
}

TEST_CASE("a rule may ask for a certificate or a user whose passcode was proven")
{
    const auto access = rules({"all from anywhere with certificate", "find from anywhere with user",
                               "commit from 10.0.0.0/8 with certificate with user",
                               "echo from 192.0.2.0/24 with user certificate"});
    const auto shown = certificate();
    auto who = asker("203.0.113.5");
    const auto without = access.decide(who);
    CHECK(without.rights == 0);
    CHECK_THAT(without.reason, Contains("needs a certificate") && Contains("needs a user"));
    who.user = "alice";
    CHECK(access.decide(who).rights == bit(Right::find));
    who.certificate = &shown;
    CHECK(access.decide(who).rights == every_service);
}

TEST_CASE("a node is known by its title and address together")
{
    const auto access = rules({}, {node("ct", {"store", "echo"}, {"10.1.0.0/16"}),
                                   node("old", {"all"}, {}, "OLDPACS@192.0.2.9:104")});
    CHECK(access.decide(asker("10.1.2.3")).rights == (bit(Right::store) | bit(Right::echo)));
    CHECK(access.decide(asker("10.1.2.3")).node == "ct");
    CHECK(access.decide(asker("10.1.2.3", " CT1 ")).rights != 0);  // PS3.5: spaces mean nothing
    const auto elsewhere = access.decide(asker("10.2.2.3"));
    CHECK(elsewhere.rights == 0);
    CHECK_THAT(elsewhere.reason, Contains("node ct does not call from 10.2.2.3"));
    CHECK(access.decide(asker("10.1.2.3", "CT2")).rights == 0);
    CHECK(access.decide(asker("10.1.2.3", "ct1")).rights == 0);  // case counts
    CHECK(access.decide(asker("192.0.2.9", "OLDPACS")).rights == every_service);
    CHECK(access.decide(asker("192.0.2.8", "OLDPACS")).rights == 0);
}

TEST_CASE("a node's certificate is told by subject or fingerprint, and none is not enough")
{
    auto caller = node("ct", {"store"});
    caller.certificate = {"CN=ct1, O=Hospital\\, North"};
    const auto by_subject = rules({}, {caller});
    caller.certificate = {"CN=somebody", std::string(30, '0') + ":" + std::string(32, '0') + "AB"};
    const auto by_print = rules({}, {caller});
    auto shown = certificate();
    auto who = asker("203.0.113.5");
    CHECK_THAT(by_subject.decide(who).reason, Contains("needs a certificate, there is none"));
    who.certificate = &shown;
    CHECK(by_subject.decide(who).rights == bit(Right::store));
    CHECK(by_print.decide(who).rights == bit(Right::store));
    shown.subject = "CN=ct2";
    CHECK_THAT(by_subject.decide(who).reason,
               Contains("another certificate than CN=ct2, SHA-256 "));
    shown.sha256.back() = 'c';
    CHECK(by_print.decide(who).rights == 0);
}

TEST_CASE("a node may be kept to some of our titles and to some users")
{
    auto caller = node("ct", {"find"}, {"anywhere"});
    caller.called = {"RESEARCH"};
    caller.users = {"alice", "bob"};
    const auto access = rules({}, {caller});
    auto who = asker("203.0.113.5");
    CHECK_THAT(access.decide(who).reason, Contains("may not call ARCHIVE"));
    who.called = "RESEARCH";
    CHECK_THAT(access.decide(who).reason, Contains("needs a user, there is none"));
    who.user = "mallory";
    CHECK_THAT(access.decide(who).reason, Contains("not for user mallory"));
    who.user = "bob";
    CHECK(access.decide(who).rights == bit(Right::find));
}

TEST_CASE("of several nodes with one title each gives its own, and the loopback rule stays")
{
    const auto access = rules({"all from loopback"}, {node("a", {"store"}, {"10.0.0.1"}),
                                                      node("b", {"find"}, {"10.0.0.0/8"})});
    CHECK(access.decide(asker("10.0.0.1")).rights == (bit(Right::store) | bit(Right::find)));
    CHECK(access.decide(asker("10.0.0.2")).rights == bit(Right::find));
    CHECK(access.decide(asker("10.0.0.2")).node == "b");
    CHECK(access.decide(asker("127.0.0.1")).rights == every_service);
    CHECK(access.open_to_others());
}

TEST_CASE("to be a destination is no right on one's own association")
{
    const auto access = rules({}, {node("viewer", {"receive"}, {}, "VIEW@viewer.example:104")});
    CHECK(access.decide(asker("192.0.2.7", "VIEW")).rights == 0);
}

TEST_CASE("a rule or node that makes no sense is named")
{
    CHECK_THAT(complaint({"everything from 10.0.0.0/8"}), Contains("'everything' is no service"));
    for (const char* text :
         {"", "from", "store", "store from", "from 10.0.0.0/8", "receive from ::1",
          "store from 10.0.0.0/8 with", "store from 10.0.0.0/8 with luck", "store from somewhere",
          "store from 10.0.0.1/8", "store with user"}) {
        INFO(text);
        CHECK_THAT(complaint({text}), Contains("allow: "));
    }
    CHECK_THAT(complaint({}, {node("x", {"store"})}),
               Contains("node 'x' allows something to whoever claims its title"));
    CHECK_THAT(complaint({}, {node("x", {"store"}, {}, "A@a.name.example:104")}),
               Contains("whoever claims its title"));
    CHECK_THAT(complaint({}, {node("x", {"store"}, {"10.0.0.1"}, "https://h/dicom-web")}),
               Contains("has no title to be known by"));
    ArchivedSettings settings;
    settings.allow = {"all from anywhere with user"};
    CHECK_THROWS_WITH(AccessRules{settings}, Contains("nobody knows their passcodes"));
    settings.allow = {"all from anywhere with certificate"};
    CHECK_THROWS_WITH(AccessRules{settings}, Contains("nobody is asked for one"));
    settings.listen_tls = {"2762"};
    CHECK_NOTHROW(AccessRules{settings});
    settings.tls_client = "none";
    CHECK_THROWS_WITH(AccessRules{settings}, Contains("nobody is asked for one"));
}
