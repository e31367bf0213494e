#include "base/error.hpp"
#include "net/raw_peer.hpp"

#include <cstdlib>
#include <numeric>
#include <thread>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

dicom::DataSet echo_command(std::uint16_t id = 1)
{
    return to_command(Request{EchoRequest{id}});
}

dicom::DataSet store_command()
{
    return to_command(Request{store_request()});
}

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

/// The abort the peer gets, source and reason, and the fault we see.
struct Violation {
    std::optional<PeerFault> fault;
    std::string abort;

    explicit Violation(const std::string& bytes, bool with_data = false)
    {
        Accepted open;
        auto reading = std::async(std::launch::async, [&] {
            open.peer->send(bytes);
            const auto pdu = open.peer->read_pdu();
            abort = pdu.type == 7 ? std::to_string(pdu.body[2]) + "." + std::to_string(pdu.body[3])
                                  : "type " + std::to_string(pdu.type);
            open.peer->close();
        });
        fault = fault_of([&] {
            const auto message = open.association->receive();
            if (with_data && message && message->has_data) {
                (void)open.association->skip_data();
            }
            (void)open.association->receive();
        });
        reading.get();
    }
};

/// A temporary file of `size` bytes, unlinked.
Descriptor file_of(std::size_t size)
{
    char name[] = "/tmp/exchange_test.XXXXXX";
    Descriptor file{::mkstemp(name)};
    REQUIRE(file);
    ::unlink(name);
    std::string bytes(size, '\0');
    std::iota(bytes.begin(), bytes.end(), '\0');
    write_all(file.get(), bytes_of(bytes), name);
    return file;
}

/// Reads P-DATA-TF PDUs until the last fragment of a data set; checks their sizes on the way.
std::string read_data_set(RawPeer& peer, std::size_t max_pdu)
{
    std::string data;
    for (;;) {
        const auto pdu = peer.read_pdu();
        must(pdu.type == 4, "expected a P-DATA-TF");
        must(pdu.body.size() <= max_pdu, "a PDU longer than agreed");
        const auto pdv =
            decode_pdv_header(bytes_of(pdu.body).first<pdv_header_bytes>(), pdu.body.size());
        must(pdv.length + pdv_header_bytes == pdu.body.size(), "more than one value in a PDU");
        if (pdv.command) {
            continue;
        }
        data += pdu.body.substr(pdv_header_bytes);
        if (pdv.last) {
            return data;
        }
        must(pdv.length % 2 == 0, "a fragment of odd length");
    }
}

}  // namespace

TEST_CASE("a command is received whole, in one fragment or in many")
{
    const auto bytes = encode_command(echo_command(77));
    for (const std::size_t size : {bytes.size(), std::size_t{10}, std::size_t{1}}) {
        Accepted open;
        std::string pdus;
        for (std::size_t at = 0; at < bytes.size(); at += size) {
            const bool last = at + size >= bytes.size();
            pdus += p_data(1, last ? 3 : 1, bytes.substr(at, size));
        }
        open.peer->send(pdus);
        const auto message = open.association->receive();
        REQUIRE(message);
        CHECK(message->context_id == 1);
        CHECK_FALSE(message->has_data);
        CHECK(std::get<EchoRequest>(parse_request(message->command)).message_id == 77);
    }
}

TEST_CASE("a data set comes through in order, however it is cut")
{
    std::string data(100'000, '\0');
    std::iota(data.begin(), data.end(), '\0');
    for (const std::size_t size : {std::size_t{16'000}, std::size_t{1'000}, std::size_t{7}}) {
        Accepted open;
        auto sending = std::async(std::launch::async, [&] {
            open.peer->send(command_pdu(3, store_command()));
            for (std::size_t at = 0; at < data.size(); at += size) {
                open.peer->send(p_data(3, at + size >= data.size() ? 2 : 0, data.substr(at, size)));
            }
        });
        const auto message = open.association->receive();
        REQUIRE(message);
        REQUIRE(message->has_data);
        std::string received;
        const auto total = open.association->receive_data([&](std::span<const std::byte> part) {
            received.append(reinterpret_cast<const char*>(part.data()), part.size());
        });
        sending.get();
        CHECK(total == data.size());
        CHECK(received == data);
    }
}

TEST_CASE("command and data set may share a PDU")
{
    Accepted open;
    const auto command = command_pdu(3, store_command()).substr(pdu_header_bytes);
    const auto data = p_data(3, 2, "DATA").substr(pdu_header_bytes);
    std::string pdu{"\4\0\0\0\0", 5};
    pdu += static_cast<char>(command.size() + data.size());
    open.peer->send(pdu + command + data);
    REQUIRE(open.association->receive());
    CHECK(open.association->receive_data(10) == "DATA");
}

TEST_CASE("a data set longer than wanted is dropped and the association goes on")
{
    Accepted open;
    open.peer->send(command_pdu(3, store_command()) + p_data(3, 2, std::string(100, 'x')) +
                    command_pdu(1, echo_command()));
    REQUIRE(open.association->receive());
    CHECK_FALSE(open.association->receive_data(99));
    CHECK(open.association->receive());
}

TEST_CASE("the data set of a command must be taken before the next command")
{
    Accepted open;
    open.peer->send(command_pdu(3, store_command()));
    REQUIRE(open.association->receive());
    CHECK_THROWS_AS(open.association->receive(), Error);
}

TEST_CASE("each breach of the protocol is answered by the right abort")
{
    const auto command = command_pdu(3, store_command());
    const auto violated = [](const std::string& bytes, const std::string& abort,
                             bool data = false) {
        CAPTURE(bytes);
        const Violation violation{bytes, data};
        CHECK(violation.fault == PeerFault::protocol_violation);
        CHECK(violation.abort == abort);
    };
    violated(std::string{"\x09\0\0\0\0\0", 6}, "2.1");               // unknown PDU
    violated(encode(request_pdu()), "2.2");                          // a second request
    violated(encode_release_rp(), "2.2");                            // nobody asked
    violated(std::string{"\4\0\0\0\0\0", 6}, "2.6");                 // P-DATA of nothing
    violated(std::string{"\4\0\0\0\0\5xxxxx", 11}, "2.6");           // shorter than a value
    violated(std::string{"\4\0\0\2\x10\0", 6}, "2.6");               // longer than agreed
    violated(std::string{"\4\0\0\0\0\6\0\0\0\1\1\3", 12}, "2.6");    // value of length 1
    violated(std::string{"\4\0\0\0\0\6\0\0\0\x09\1\3", 12}, "2.6");  // value past its PDU
    violated(std::string{"\4\0\0\0\0\6\xff\xff\xff\xff\1\3", 12}, "2.6");
    violated(p_data(9, 3, "x"), "2.6");                      // unknown context
    violated(p_data(1, 0, "x"), "2.6");                      // data without command
    violated(p_data(1, 1, "x") + p_data(3, 3, "x"), "2.6");  // context changes
    violated(command + p_data(3, 3, "x"), "2.6", true);      // command inside of data
    violated(command + p_data(1, 2, "x"), "2.6", true);      // data on another context
    violated(p_data(1, 3, "garbage"), "0.0");                // no command set
    violated(command + encode_release_rq(), "0.0", true);    // release inside of a message
}

TEST_CASE("stray bytes behind the last value of a PDU are a breach")
{
    auto pdu = command_pdu(1, echo_command());
    pdu[5] = static_cast<char>(pdu[5] + 3);
    const Violation violation{pdu + "xxx" + std::string(20, '\0')};
    CHECK(violation.abort == "2.6");
}

TEST_CASE("a command without end is refused")
{
    std::string endless;
    for (int i = 0; i < 9; ++i) {
        endless += p_data(1, 1, std::string(8'000, 'x'));
    }
    CHECK(Violation{endless}.abort == "2.6");
}

TEST_CASE("empty fragments without end are refused")
{
    std::string endless;
    for (int i = 0; i < 200; ++i) {
        endless += p_data(1, 1, "");
    }
    CHECK(Violation{endless}.abort == "2.6");
}

TEST_CASE("an abort of the peer is told wherever it comes")
{
    const auto command = command_pdu(3, store_command());
    const auto aborted = [](const std::string& bytes) {
        CHECK(Violation{bytes + encode(Abort{2, 4}), true}.fault == PeerFault::aborted);
    };
    aborted("");
    aborted(p_data(1, 1, "x"));
    aborted(command);
    aborted(command + p_data(3, 0, "xx"));
    aborted(command + p_data(3, 2, "xx"));
}

TEST_CASE("a connection that ends is lost wherever it ends")
{
    const auto whole = command_pdu(3, store_command()) + p_data(3, 2, "DATA");
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        Accepted open;
        open.peer->send(whole.substr(0, length));
        open.peer->close();
        CHECK(fault_of([&] {
                  if (const auto message = open.association->receive(); message->has_data) {
                      (void)open.association->skip_data();
                  }
                  (void)open.association->receive();
              }) == PeerFault::connection_lost);
        CHECK_FALSE(open.association->established());
        CHECK(fault_of([&] { (void)open.association->receive(); }) == PeerFault::connection_lost);
    }
}

TEST_CASE("nothing sent is longer than the peer allows, and fragments are even")
{
    for (const std::uint32_t max_pdu : {8U, 9U, 100U, 4096U, 16'384U}) {
        const Requested open{{}, [&](AssociateAc& pdu) { pdu.user.max_pdu_bytes = max_pdu; }};
        const std::string data(5'000, 'd');
        const std::string more(1'001, 'm');
        auto reading =
            std::async(std::launch::async, [&] { return read_data_set(*open.peer, max_pdu); });
        const Piece pieces[] = {Piece{bytes_of(data)}, Piece{std::span<const std::byte>{}},
                                Piece{bytes_of(more)}};
        open.association->send(3, Request{store_request()}, pieces);
        CHECK(reading.get() == data + more);
    }
}

TEST_CASE("to a peer without limit we set our own")
{
    RequestOptions options;
    options.max_sent_pdu_bytes = 2'000;
    const Requested open{options, [](AssociateAc& pdu) { pdu.user.max_pdu_bytes = 0; }};
    const std::string data(5'000, 'd');
    auto reading = std::async(std::launch::async, [&] { return read_data_set(*open.peer, 2'000); });
    const Piece piece{bytes_of(data)};
    open.association->send(3, Request{store_request()}, {&piece, 1});
    CHECK(reading.get() == data);
}

TEST_CASE("a stretch of a file is sent as it is")
{
    const std::size_t size = 3'000'000;
    const auto file = file_of(size);
    const Requested open;
    auto reading =
        std::async(std::launch::async, [&] { return read_data_set(*open.peer, 16'384); });
    const std::string front = "front";
    const Piece pieces[] = {Piece{bytes_of(front)},
                            Piece{FileRange{file.get(), 1000, size - 1000}}};
    open.association->send(3, Request{store_request()}, pieces);
    const auto got = reading.get();
    REQUIRE(got.size() == front.size() + size - 1000);
    std::string expected(size, '\0');
    std::iota(expected.begin(), expected.end(), '\0');
    CHECK(got == front + expected.substr(1000));
}

TEST_CASE("a file that became shorter ends the association, not the message")
{
    const auto file = file_of(50'000);
    const Requested open;
    auto reading = std::async(std::launch::async, [&] {
        std::string all;
        for (std::string part = open.peer->read(4096); !part.empty();
             part = open.peer->read(4096)) {
            all += part;
        }
        return all;
    });
    const Piece piece{FileRange{file.get(), 0, 60'000}};
    try {
        open.association->send(3, Request{store_request()}, {&piece, 1});
        FAIL("sent");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::storage);
    }
    CHECK_FALSE(open.association->established());
    CHECK(reading.get().size() < 60'000);
}

TEST_CASE("an empty data set still has its last fragment")
{
    const Requested open;
    open.association->send(3, Request{store_request()});
    CHECK(read_data_set(*open.peer, 16'384).empty());
}

TEST_CASE("sending on a context that was not accepted is a mistake of ours")
{
    const Requested open;
    CHECK_THROWS_AS(open.association->send(9, Request{EchoRequest{1}}), Error);
    const Piece piece{bytes_of("x")};
    CHECK_THROWS_AS(open.association->send(1, Request{EchoRequest{1}}, {&piece, 1}), Error);
}

TEST_CASE("messages of several threads do not interleave")
{
    Accepted open;
    const auto send_many = [&](std::uint16_t from) {
        for (std::uint16_t i = 0; i < 200; ++i) {
            EchoRequest request{static_cast<std::uint16_t>(from + i)};
            open.association->send(1, Response::to(Request{request}, Status{}));
        }
    };
    auto one = std::async(std::launch::async, send_many, std::uint16_t{1000});
    auto two = std::async(std::launch::async, send_many, std::uint16_t{2000});
    unsigned sum = 0;
    for (int i = 0; i < 400; ++i) {
        const auto pdu = open.peer->read_pdu();
        REQUIRE(pdu.type == 4);
        const auto command = decode_command(bytes_of(pdu.body).subspan(pdv_header_bytes));
        sum += parse_response(command).message_id_responded;
    }
    CHECK(sum == 200 * 1000 + 200 * 2000 + 2 * (199 * 200 / 2));
}

TEST_CASE("held back messages leave with the next one, in order")
{
    Accepted open;
    const auto response = [](std::uint16_t id) {
        return Response::to(Request{EchoRequest{id}}, Status{});
    };
    open.association->send_later(1, response(1), {});
    open.association->send_later(1, response(2), {});
    open.association->send(1, response(3));
    open.association->send_later(1, response(4), {});
    open.association->flush();
    for (std::uint16_t id = 1; id <= 4; ++id) {
        const auto pdu = open.peer->read_pdu();
        const auto command = decode_command(bytes_of(pdu.body).subspan(pdv_header_bytes));
        CHECK(parse_response(command).message_id_responded == id);
    }
}

TEST_CASE("a wake descriptor ends a wait between messages and harms nothing")
{
    int fds[2] = {-1, -1};
    REQUIRE(::pipe(fds) == 0);
    const Descriptor reader{fds[0]};
    const Descriptor writer{fds[1]};
    Accepted open;
    REQUIRE(::write(writer.get(), "x", 1) == 1);
    CHECK_FALSE(open.association->await(reader.get()));
    open.peer->send(command_pdu(1, echo_command()));
    CHECK(open.association->await(-1));
    CHECK(open.association->pending());
    CHECK(open.association->receive());
    CHECK_FALSE(open.association->pending());
}

TEST_CASE("bytes and PDUs are counted")
{
    Accepted open;
    const auto before = open.association->traffic();
    const auto pdu = command_pdu(1, echo_command());
    open.peer->send(pdu);
    REQUIRE(open.association->receive());
    open.association->send(1, Response::to(Request{EchoRequest{1}}, Status{}));
    const auto after = open.association->traffic();
    CHECK(after.bytes_in - before.bytes_in == pdu.size());
    CHECK(after.pdus_in - before.pdus_in == 1);
    CHECK(after.pdus_out - before.pdus_out == 1);
    CHECK(after.bytes_out - before.bytes_out ==
          open.peer->read_pdu().body.size() + pdu_header_bytes);
}
