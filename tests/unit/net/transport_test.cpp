#include "base/error.hpp"
#include "net/raw_peer.hpp"

#include <csignal>
#include <cstdlib>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

Descriptor file_of(const std::string& content)
{
    char name[] = "/tmp/transport_test.XXXXXX";
    Descriptor file{::mkstemp(name)};
    REQUIRE(file);
    ::unlink(name);
    write_all(file.get(), bytes_of(content), name);
    return file;
}

Listener loopback()
{
    const ListenAddress address{"", 0};
    auto listeners = listen_on({&address, 1});
    return std::move(listeners.front());
}

}  // namespace

TEST_CASE("a connection is made to the port that listens and refused by one that does not")
{
    std::uint16_t port = 0;
    {
        auto listener = loopback();
        port = listener.address().port;
        const auto transport = connect({"A", "127.0.0.1", port}, Deadline::after(patience));
        CHECK(transport->peer_host() == "127.0.0.1");
        CHECK(transport->peer_port() == port);
        Descriptor accepted;
        CHECK(listener.accept(accepted) == Listener::Result::accepted);
        CHECK(listener.accept(accepted) == Listener::Result::nothing);
    }
    CHECK(fault_of([&] {
              (void)connect({"A", "127.0.0.1", port}, Deadline::after(patience));
          }) == PeerFault::connection_refused);
}

TEST_CASE("a name that does not resolve is told as such")
{
    CHECK(fault_of([&] {
              (void)connect({"A", "no-such-host.invalid", 104}, Deadline::after(patience));
          }) == PeerFault::name_not_found);
}

TEST_CASE("memory and stretches of files leave in the order given")
{
    Pair pair;
    const auto file = file_of("0123456789");
    const std::string head = "head";
    const std::string middle = "middle";
    const Piece pieces[] = {Piece{bytes_of(head)}, Piece{FileRange{file.get(), 2, 3}},
                            Piece{bytes_of(middle)}, Piece{FileRange{file.get(), 9, 1}},
                            Piece{FileRange{file.get(), 5, 0}}};
    pair.transport->write(pieces, Deadline::after(patience));
    pair.transport->shutdown();
    CHECK(pair.peer->read(100) == "head234middle9");
}

TEST_CASE("more pieces than one system call takes leave in order, too")
{
    Pair pair;
    std::vector<std::string> texts;
    texts.reserve(1000);
    for (int i = 0; i < 1000; ++i) {
        texts.push_back(std::to_string(i) + ",");
    }
    std::vector<Piece> pieces;
    std::string expected;
    for (const auto& text : texts) {
        pieces.emplace_back(bytes_of(text));
        pieces.emplace_back(std::span<const std::byte>{});
        expected += text;
    }
    pair.transport->write(pieces, Deadline::after(patience));
    pair.transport->shutdown();
    CHECK(pair.peer->read(100'000) == expected);
}

TEST_CASE("a broken connection is an error and never a SIGPIPE")
{
    struct sigaction before {};
    struct sigaction fatal {};
    fatal.sa_handler = SIG_DFL;  // the process would end
    REQUIRE(::sigaction(SIGPIPE, &fatal, &before) == 0);
    const auto file = file_of(std::string(100'000, 'x'));
    const std::string memory(100'000, 'y');
    for (const auto& piece : {Piece{FileRange{file.get(), 0, 100'000}}, Piece{bytes_of(memory)}}) {
        Pair pair;
        pair.peer->close();
        CHECK(fault_of([&] {
                  pair.transport->write({&piece, 1}, Deadline::after(patience));
              }) == PeerFault::connection_lost);
    }
    sigset_t pending;
    REQUIRE(::sigpending(&pending) == 0);
    CHECK(sigismember(&pending, SIGPIPE) == 0);
    REQUIRE(::sigaction(SIGPIPE, &before, nullptr) == 0);
}

TEST_CASE("reading and writing end at their deadlines")
{
    Pair pair;
    std::byte buffer[10];
    const auto soon = [] { return Deadline::after(std::chrono::milliseconds{20}); };
    CHECK(pair.transport->wait(soon()) == Transport::Wait::timed_out);
    CHECK(fault_of([&] { (void)pair.transport->read(buffer, soon()); }) == PeerFault::timed_out);
    const std::string much(5'000'000, 'x');
    const Piece piece{bytes_of(much)};
    CHECK(fault_of([&] { pair.transport->write({&piece, 1}, soon()); }) == PeerFault::timed_out);
}

TEST_CASE("what the peer sent before it closed is still read")
{
    Pair pair;
    pair.peer->send("last");
    pair.peer->close();
    std::byte buffer[10];
    CHECK(pair.transport->read(buffer, Deadline::after(patience)) == 4);
    CHECK(pair.transport->read(buffer, Deadline::after(patience)) == 0);
}
