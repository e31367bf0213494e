#include "base/error.hpp"
#include "net/raw_peer.hpp"

#include <thread>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

}  // namespace

TEST_CASE("release is asked for, answered, and ends the association")
{
    const Requested open;
    auto answering = std::async(std::launch::async, [&] {
        const auto asked = open.peer->read_pdu();
        open.peer->send(encode_release_rp());
        return asked.type;
    });
    open.association->release();
    CHECK(answering.get() == 5);
    CHECK_FALSE(open.association->established());
    CHECK(open.peer->read_pdu().type == 0);
}

TEST_CASE("a peer's release is answered after what is still owed was sent")
{
    Accepted open;
    open.peer->send(encode_release_rq());
    CHECK_FALSE(open.association->receive());
    open.association->send(1, Response::to(Request{EchoRequest{1}}, Status{}));
    auto releasing = std::async(std::launch::async, [&] { open.association->release(); });
    CHECK(open.peer->read_pdu().type == 4);
    CHECK(open.peer->read_pdu().type == 6);
    open.peer->close();
    releasing.get();
}

TEST_CASE("when both sides ask for release the requestor answers first")
{
    const Requested requestor;
    auto acceptor = std::async(std::launch::async, [&] {
        std::string types;
        types += std::to_string(requestor.peer->read_pdu().type);
        requestor.peer->send(encode_release_rq());
        types += std::to_string(requestor.peer->read_pdu().type);
        requestor.peer->send(encode_release_rp());
        return types;
    });
    requestor.association->release();
    CHECK(acceptor.get() == "56");

    Accepted acceptor_side;
    auto releasing = std::async(std::launch::async, [&] { acceptor_side.association->release(); });
    CHECK(acceptor_side.peer->read_pdu().type == 5);
    acceptor_side.peer->send(encode_release_rq());
    acceptor_side.peer->send(encode_release_rp());
    CHECK(acceptor_side.peer->read_pdu().type == 6);
    acceptor_side.peer->close();
    releasing.get();
}

TEST_CASE("data under way when release is asked for is dropped")
{
    const Requested open;
    auto answering = std::async(std::launch::async, [&] {
        (void)open.peer->read_pdu();
        open.peer->send(p_data(1, 3, "late") + p_data(3, 2, std::string(5'000, 'x')) +
                        encode_release_rp());
    });
    CHECK_NOTHROW(open.association->release());
    answering.get();
}

TEST_CASE("a peer that does not answer a release, or floods, is left at the deadline")
{
    RequestOptions options;
    options.negotiation_timeout = std::chrono::milliseconds{500};  // for both, and to negotiate
    const Requested silent{options};
    CHECK(fault_of([&] { silent.association->release(); }) == PeerFault::timed_out);
    CHECK(silent.peer->read_pdu().type == 5);
    CHECK(silent.peer->read_pdu().type == 7);

    const Requested flooded{options};
    std::atomic<bool> done{false};
    auto flooding = std::async(std::launch::async, [&] {
        const auto pdu = p_data(3, 0, std::string(16'000, 'x'));
        while (!done) {
            flooded.peer->send(pdu);
        }
    });
    CHECK(fault_of([&] { flooded.association->release(); }) == PeerFault::timed_out);
    done = true;
    flooding.get();
}

TEST_CASE("a peer that aborts or vanishes instead of releasing is told so")
{
    for (const auto& answer : {encode(Abort{}), std::string{}}) {
        const Requested open;
        auto answering = std::async(std::launch::async, [&] {
            (void)open.peer->read_pdu();
            open.peer->send(answer);
            open.peer->close_sending();
        });
        CHECK(fault_of([&] { open.association->release(); }) ==
              (answer.empty() ? PeerFault::connection_lost : PeerFault::aborted));
        answering.get();
    }
}

TEST_CASE("an association that is let go unreleased is aborted")
{
    Requested open;
    auto reading = std::async(std::launch::async, [&] {
        auto pdu = open.peer->read_pdu();
        open.peer->close();
        return pdu;
    });
    open.association.reset();
    const auto pdu = reading.get();
    CHECK(pdu.type == 7);
    CHECK(pdu.body == std::string(4, '\0'));
}

TEST_CASE("abort from another thread ends a blocked receive")
{
    Accepted open;
    auto aborting = std::async(std::launch::async, [&] { open.association->abort(); });
    CHECK(fault_of([&] { (void)open.association->receive(); }) == PeerFault::stopped);
    aborting.get();
    CHECK(open.peer->read_pdu().type == 7);
    CHECK(fault_of([&] { open.association->send(1, Request{EchoRequest{1}}); }) ==
          PeerFault::stopped);
}

TEST_CASE("abort from another thread ends a blocked send")
{
    Accepted open;
    const std::string data(8'000'000, 'x');
    auto aborting = std::async(std::launch::async, [&] {
        (void)open.peer->read(100'000);  // the send has begun and will not get further
        open.association->abort();
    });
    const Piece piece{bytes_of(data)};
    CHECK(fault_of([&] {
              open.association->send(3, Request{store_request()}, {&piece, 1});
          }).has_value());
    aborting.get();
    CHECK_FALSE(open.association->established());
}

TEST_CASE("a peer that says why it stopped reading is heard")
{
    Requested open;
    open.peer->send(encode(Abort{2, 6}));
    open.peer->close();
    const std::string data(5'000'000, 'x');
    const Piece piece{bytes_of(data)};
    CHECK(fault_of([&] {
              open.association->send(3, Request{store_request()}, {&piece, 1});
          }) == PeerFault::aborted);
}

TEST_CASE("a peer that never reads ends the association at the deadline")
{
    RequestOptions options;
    options.idle_timeout = std::chrono::milliseconds{50};
    const Requested open{options};
    const std::string data(8'000'000, 'x');
    const Piece piece{bytes_of(data)};
    CHECK(fault_of([&] {
              open.association->send(3, Request{store_request()}, {&piece, 1});
          }) == PeerFault::timed_out);
    CHECK_FALSE(open.association->established());
}

TEST_CASE("silence ends the association after the idle time, unless we owe an answer")
{
    AssociationLimits limits;
    limits.idle_timeout = std::chrono::milliseconds{30};
    Accepted silent{limits};
    CHECK(fault_of([&] { (void)silent.association->receive(); }) == PeerFault::timed_out);
    CHECK(silent.peer->read_pdu().type == 7);

    Accepted owing{limits};
    owing.association->begin_operation();
    const auto before = Deadline::Clock::now();
    limits.deadline = Deadline::after(std::chrono::milliseconds{150});
    owing.association->set_deadline(limits.deadline);
    CHECK(fault_of([&] { (void)owing.association->receive(); }) == PeerFault::timed_out);
    CHECK(Deadline::Clock::now() - before >= std::chrono::milliseconds{140});
}

TEST_CASE("a peer that drips a message gains no time")
{
    AssociationLimits limits;
    limits.idle_timeout = std::chrono::milliseconds{100};
    Accepted open{limits};
    auto dripping = std::async(std::launch::async, [&] {
        const auto bytes = command_pdu(3, to_command(Request{store_request()})) +
                           p_data(3, 2, std::string(10'000, 'x'));
        pollfd input{open.peer->fd(), POLLIN, 0};
        std::size_t sent = 0;
        for (; sent < bytes.size() && ::poll(&input, 1, 5) == 0; ++sent) {
            open.peer->send(bytes.substr(sent, 1));
        }
        open.peer->close();
        return sent;
    });
    CHECK(fault_of([&] {
              if (open.association->receive()) {
                  (void)open.association->skip_data();
              }
          }) == PeerFault::timed_out);
    CHECK(dripping.get() < 1'000);
}

TEST_CASE("the whole association ends at its deadline although the peer is busy")
{
    Accepted open;
    open.association->set_deadline(Deadline::after(std::chrono::milliseconds{100}));
    auto chatting = std::async(std::launch::async, [&] {
        pollfd input{open.peer->fd(), POLLIN, 0};
        while (::poll(&input, 1, 5) == 0) {
            open.peer->send(command_pdu(1, to_command(Request{EchoRequest{1}})));
        }
        open.peer->close();
    });
    CHECK(fault_of([&] {
              while (open.association->receive()) {
              }
          }) == PeerFault::timed_out);
    chatting.get();
}

TEST_CASE("a stop ends a wait after its grace")
{
    int fds[2] = {-1, -1};
    REQUIRE(::pipe(fds) == 0);
    const Descriptor reader{fds[0]};
    const Descriptor writer{fds[1]};
    AssociationLimits limits;
    limits.stop = {reader.get(), std::chrono::milliseconds{20}};
    Accepted open{limits};
    REQUIRE(::write(writer.get(), "x", 1) == 1);
    CHECK(fault_of([&] { (void)open.association->receive(); }) == PeerFault::stopped);
    CHECK(open.peer->read_pdu().type == 7);
}
