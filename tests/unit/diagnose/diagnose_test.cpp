#include "diagnose/survey.hpp"

#include "base/error.hpp"
#include "net/test_server.hpp"

using namespace pacs;
using namespace pacs::diagnose;
using net::PeerFault;

namespace {

Diagnosis met(const net::Address& peer, const net::RequestOptions& options = {},
              const Options& how = {})
{
    return diagnose::diagnose("@peer", peer, options, {}, how);
}

}  // namespace

TEST_CASE("a peer that is well is known from its name to its round trips")
{
    const net::test::Serving serving;
    net::RequestOptions options;
    options.window = {64, 1};
    Options how;
    how.echoes = 5;
    const auto found = met(serving.address(), options, how);
    CHECK(found.verdict.outcome == Outcome::ok);
    for (const auto* name : {"name", "tcp", "association", "echo"}) {
        CHECK(found.step(name).outcome == Outcome::ok);
    }
    CHECK(found.step("tls").outcome == Outcome::skipped);
    CHECK(found.echoes_sent == 5);
    CHECK(found.round_trips.count() == 5);
    CHECK(found.attempts.size() == 1);
    REQUIRE(found.peer);
    CHECK(found.peer->maker == "pacs-utils");
    CHECK(found.peer->window == 16);  // of the test's server
    CHECK(!found.peer->identity);
    CHECK_THROWS_AS(found.step("no such step"), Error);
}

TEST_CASE("a user identity is asked to be confirmed")
{
    const net::test::Serving serving;
    net::RequestOptions options;
    options.identity = net::UserIdentity{};
    options.identity->primary = "somebody";
    const auto found = met(serving.address(), options);
    REQUIRE(found.peer);
    CHECK(found.peer->identity.has_value());
}

TEST_CASE("a port where nobody listens ends at TCP, and no later step is reached")
{
    net::Address address;
    {
        const net::test::Serving serving;
        address = serving.address();
    }
    const auto found = met(address);
    CHECK(found.verdict.reason == "connection_refused");
    CHECK(found.step("tcp").outcome == Outcome::failed);
    CHECK(found.step("association").outcome == Outcome::skipped);
    CHECK(found.attempts.front().fault == PeerFault::connection_refused);
}

TEST_CASE("diagnoses of many peers come in their order")
{
    const net::test::Serving serving;
    std::vector<net::KnownPeer> peers;
    for (int i = 0; i < 50; ++i) {
        peers.push_back({std::to_string(i), serving.address(), {}, {}});
    }
    Options how;
    how.echoes = 1;
    std::vector<std::string> nodes;
    diagnose_all(peers, how, [&](const Diagnosis& each) {
        nodes.push_back(each.node);
        CHECK(each.verdict.outcome == Outcome::ok);
    });
    REQUIRE(nodes.size() == 50);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        CHECK(nodes[i] == std::to_string(i));
    }
    how.echoes = 0;
    CHECK_THROWS_AS(diagnose_all(peers, how, [](const Diagnosis&) {}), Error);
}
