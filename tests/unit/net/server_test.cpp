#include "net/echo.hpp"
#include "net/find.hpp"
#include "net/test_server.hpp"

#include <thread>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

TEST_CASE("a server answers an echo and reports the association")
{
    Serving serving;
    const auto association = serving.connect();
    CHECK(echo(*association).status.success());
    association->release();
    const auto report = serving.application.reports(1).front();
    CHECK(report.outcome == AssociationOutcome::released);
    CHECK(report.calling_ae == "PACS_UTILS");
    CHECK(report.called_ae == "SERVER");
    CHECK(report.peer_host == "127.0.0.1");
    CHECK(report.contexts_proposed == 4);
    CHECK(report.contexts_accepted == 4);
    CHECK(report.operations.at("C-ECHO").success == 1);
    CHECK(report.traffic.bytes_in > 0);
    CHECK(report.listen_address == serving.server->addresses().front().str());
}

TEST_CASE("a server listens on several addresses, IPv6 too")
{
    TestApplication application;
    const ListenAddress addresses[] = {{"127.0.0.1", 0}, {"::1", 0}};
    Server server{addresses, application};
    server.start();
    const auto bound = server.addresses();
    REQUIRE(bound.size() == 2);
    const std::vector<Proposal> wanted{{verification, {implicit_le}, {}}};
    std::size_t served = 0;
    for (const auto& address : bound) {
        CHECK(address.port != 0);
        const auto association =
            Association::request(Address{"S", address.host, address.port}, {}, wanted);
        CHECK(echo(*association).status.success());
        association->release();
        CHECK(application.reports(++served).back().peer_host == address.host);
    }
}

TEST_CASE("a port in use is told with its address")
{
    const Serving first;
    TestApplication application;
    const auto taken = first.server->addresses().front();
    try {
        const Server second{{&taken, 1}, application};
        FAIL("bound twice");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::storage);
        CHECK_THAT(error.what(), Catch::Contains(taken.str()));
    }
}

TEST_CASE("rejections, aborts and silence have their outcome in the report")
{
    Serving serving;
    serving.application.accept().called_aes = {"SERVER"};
    {
        auto wrong = serving.address();
        wrong.ae = "OTHER";
        const std::vector<Proposal> wanted{{verification, {implicit_le}, {}}};
        CHECK(fault_of([&] { (void)Association::request(wrong, {}, wanted); }) ==
              PeerFault::rejected);
        CHECK(serving.application.reports(1)[0].outcome == AssociationOutcome::rejected);
        CHECK(serving.application.reports(1)[0].called_ae == "OTHER");
    }
    serving.connect()->abort();
    CHECK(serving.application.reports(2)[1].outcome == AssociationOutcome::aborted_by_peer);
    auto browser = serving.raw();
    browser.send("GET / HTTP/1.1\r\n\r\n");
    CHECK(browser.read_pdu().type == 7);
    browser.close();
    CHECK(serving.application.reports(3)[2].outcome == AssociationOutcome::connection_lost);
    ServerLimits limits;  // short only for those who say nothing
    limits.negotiation_timeout = std::chrono::milliseconds{50};
    serving.server->set_limits(limits);
    const auto silent = serving.raw();
    CHECK(serving.application.reports(4)[3].outcome == AssociationOutcome::timed_out);
    limits = {};
    limits.idle_timeout = std::chrono::milliseconds{50};
    serving.server->set_limits(limits);
    const auto idle = serving.connect();
    CHECK(serving.application.reports(5)[4].outcome == AssociationOutcome::timed_out);
    CHECK(fault_of([&] { (void)idle->receive(); }) == PeerFault::aborted);
}

TEST_CASE("an association has its whole time and no more")
{
    ServerLimits limits;
    limits.association_timeout = std::chrono::milliseconds{500};  // to negotiate, too
    Serving serving{limits};
    const auto association = serving.connect();
    CHECK(fault_of([&] {
              for (;;) {
                  (void)echo(*association);
              }
          }).has_value());
    CHECK(serving.application.reports(1)[0].outcome == AssociationOutcome::timed_out);
}

TEST_CASE("beyond the limits a peer is rejected for now, and welcome later")
{
    ServerLimits limits;
    limits.max_associations = 2;
    Serving serving{limits};
    auto first = serving.connect();
    auto second = serving.connect();
    CHECK(serving.server->associations() == 2);
    try {
        (void)serving.connect();
        FAIL("a third association");
    } catch (const PeerError& error) {
        CHECK(error.fault() == PeerFault::rejected);
        CHECK(error.transient());
        CHECK(error.source() == AssociateRj::presentation);
        CHECK(error.reason() == AssociateRj::local_limit_exceeded);
    }
    CHECK(serving.application.reports(1)[0].outcome == AssociationOutcome::refused);
    first->release();
    (void)serving.application.reports(2);
    limits.max_associations_per_peer = 1;
    limits.max_associations = 100;
    serving.server->set_limits(limits);
    CHECK(fault_of([&] { (void)serving.connect(); }) == PeerFault::rejected);
    second->release();
    (void)serving.application.reports(4);
    while (serving.server->associations() > 0) {
        std::this_thread::yield();
    }
    CHECK(echo(*serving.connect()).status.success());
}

TEST_CASE("silent peers hold up nobody")
{
    Serving serving;
    std::vector<RawPeer> silent;
    silent.reserve(50);
    for (int i = 0; i < 50; ++i) {
        silent.push_back(serving.raw());
    }
    const auto start = Deadline::Clock::now();
    CHECK(echo(*serving.connect()).status.success());
    CHECK(Deadline::Clock::now() - start < std::chrono::seconds{2});
}

TEST_CASE("an application that cannot open a session aborts the association")
{
    Serving serving;
    serving.application.opening = [] { throw std::runtime_error("no"); };
    const auto association = serving.connect();
    CHECK(fault_of([&] { (void)echo(*association); }).has_value());
    CHECK(serving.application.reports(1)[0].outcome == AssociationOutcome::aborted_by_us);
}

TEST_CASE("a stop lets the current object finish and aborts idle associations")
{
    Serving serving;
    ReplyShelf shelf;
    serving.application.store = [&](const StoreRequest&) {
        return take_by([&](const StoreReply& reply, const std::string&) { shelf.put(reply); });
    };
    const auto idle = serving.connect();
    const auto busy = serving.connect();
    const auto negotiating = serving.raw();
    serving.await_associations(3);
    const std::string data = "PIXELS";
    const Piece piece{bytes_of(data)};
    busy->send(3, Request{store_request()}, {&piece, 1});
    auto replies = shelf.take(1);
    auto stopping = std::async(std::launch::async, [&] { serving.server->stop(patience); });
    CHECK(fault_of([&] { (void)idle->receive(); }) == PeerFault::aborted);
    CHECK(fault_of([&] { (void)serving.connect(); }).has_value());
    replies.front()(statuses::success);
    const auto answer = busy->receive();
    REQUIRE(answer);
    CHECK(parse_response(answer->command).status.success());
    CHECK(fault_of([&] { (void)busy->receive(); }) == PeerFault::aborted);
    stopping.get();
    CHECK(serving.application.reports(3).size() == 3);
}

TEST_CASE("a stop without grace ends everything at once")
{
    Serving serving;
    serving.application.query = [](const FindRequest& request, const std::string&,
                                   Responder& responder) {
        while (responder.send("FOR EVER")) {
        }
        return Response::to(request, statuses::cancel);
    };
    const auto association = serving.connect();
    auto asking = std::async(std::launch::async, [&] {
        return fault_of(
            [&] { (void)find(*association, 5, "KEYS", [](FindAnswer&&) { return Next::more; }); });
    });
    serving.server->stop(std::chrono::milliseconds{0});
    CHECK(asking.get().has_value());
    CHECK(serving.server->associations() == 0);
}
