#include "base/error.hpp"
#include "net/peer_error.hpp"
#include "net/tls_peer.hpp"

#include <fcntl.h>

#include <csignal>
#include <thread>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;
using namespace std::string_literals;

namespace {

Deadline soon()
{
    return Deadline::after(std::chrono::milliseconds{50});
}

Deadline patient()
{
    return Deadline::after(patience);
}

const TemporaryFile& trusted()
{
    static const TemporaryFile file{authority().certificate_pem()};
    return file;
}

TlsSettings trusting()
{
    return {trusted().path(), {}, {}, {}};
}

const Identity& good()
{
    static const Identity identity = make_identity({}, &authority());
    return identity;
}

std::string read_all(Transport& transport, std::size_t count)
{
    std::string text;
    std::vector<std::byte> buffer(10'000);
    while (text.size() < count) {
        const auto got = transport.read(buffer, patient());
        if (got == 0) {
            break;
        }
        text.append(reinterpret_cast<const char*>(buffer.data()), got);
    }
    return text;
}

void write_text(Transport& transport, const std::string& text)
{
    const Piece piece{std::as_bytes(std::span{text})};
    transport.write({&piece, 1}, patient());
}

std::string pattern(std::size_t size)
{
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        text[i] = static_cast<char>((i * 31 + i / 251) & 0xFFU);
    }
    return text;
}

/// What a handshake with such a certificate says; empty when it succeeds.
struct Met {
    std::string message;
    std::optional<PeerFault> fault;
    TlsReport report;
};
Met meet(const Identity& identity, TlsUse use, const std::string& host = "localhost",
         TlsSettings settings = trusting(), TlsServer::Wish wish = {})
{
    TlsPair pair{settings, use, host};
    wish.identity = &identity;
    pair.serve(wish);
    Met met;
    try {
        pair.client().handshake(patient());
    } catch (const PeerError& error) {
        met.message = error.what();
        met.fault = error.fault();
    }
    met.report = pair.client().report();
    return met;
}

Identity wished(const std::function<void(CertificateWish&)>& change, bool by_authority = true)
{
    CertificateWish wish;
    change(wish);
    return make_identity(wish, by_authority ? &authority() : nullptr);
}

}  // namespace

TEST_CASE("a trusted peer is spoken to in both directions, and told what it is")
{
    TlsPair pair{trusting(), TlsUse::secure, "localhost"};
    pair.serve({&good()}, [](TlsServer& server) {
        server.write(server.read(5));
        server.close();
    });
    auto& client = pair.client();
    client.handshake(patient());
    CHECK(client.report().completed);
    CHECK(client.report().version == "TLSv1.3");
    CHECK(client.report().faults.empty());
    REQUIRE(client.report().chain.size() == 1);
    const auto& leaf = client.report().chain.front();
    CHECK(leaf.subject == "CN=peer");
    CHECK(leaf.issuer == "CN=Test Authority");
    CHECK(leaf.names == std::vector<std::string>{"DNS:localhost", "IP:127.0.0.1", "IP:::1"});
    CHECK(leaf.key == "EC 256 bits");
    CHECK(leaf.sha256.size() == 64);
    CHECK(leaf.not_after > leaf.not_before);
    write_text(client, "hello");
    CHECK(read_all(client, 100) == "hello");
    pair.served();
}

TEST_CASE("megabytes of memory and file go through in order, however they are cut")
{
    const auto content = pattern(1'000'000);
    const TemporaryFile file{content};
    const auto opened = open_for_reading(file.path());
    const std::string head = "head";
    const std::string expected = head + content.substr(10, 900'000) + head;
    TlsPair pair{trusting(), TlsUse::secure, "127.0.0.1"};
    pair.serve({&good()}, [&](TlsServer& server) {
        must(server.read(expected.size()) == expected, "the server got something else");
        server.write(content);
    });
    pair.client().handshake(patient());
    const Piece pieces[] = {
        Piece{std::as_bytes(std::span{head})}, Piece{FileRange{opened.get(), 10, 900'000}},
        Piece{std::span<const std::byte>{}}, Piece{std::as_bytes(std::span{head})}};
    pair.client().write(pieces, patient());
    CHECK(read_all(pair.client(), content.size()) == content);
    pair.served();
}

TEST_CASE("a file that ends early is our own failure")
{
    const TemporaryFile file{"short"};
    const auto opened = open_for_reading(file.path());
    TlsPair pair{trusting(), TlsUse::secure, "localhost"};
    pair.serve({&good()}, [](TlsServer& server) { (void)server.read(100); });
    pair.client().handshake(patient());
    const Piece piece{FileRange{opened.get(), 0, 100}};
    CHECK_THROWS_AS(pair.client().write({&piece, 1}, patient()), Error);
}

TEST_CASE("one thread may write while another reads, key updates between")
{
    constexpr int rounds = 50;
    const auto block = pattern(20'000);
    TlsPair pair{trusting(), TlsUse::secure, "localhost"};
    pair.serve({&good()}, [&](TlsServer& server) {
        for (int i = 0; i < rounds; ++i) {
            must(i % 10 != 0 || server.update_keys(), "no key update");
            server.write(block);
            must(server.read(block.size()) == block, "the server got something else");
        }
    });
    pair.client().handshake(patient());
    auto writing = std::async(std::launch::async, [&] {
        for (int i = 0; i < rounds; ++i) {
            write_text(pair.client(), block);
        }
    });
    std::string expected;
    for (int i = 0; i < rounds; ++i) {
        expected += block;
    }
    CHECK(read_all(pair.client(), expected.size()) == expected);
    writing.get();
    pair.served();
}

TEST_CASE("a certificate that is wrong is refused, and only noted when we examine")
{
    struct Case {
        CertificateFault kind;
        Identity identity;
    };
    std::vector<Case> cases;
    cases.push_back({CertificateFault::expired, wished([](auto& wish) {
                         wish.first_day = -20;
                         wish.last_day = -2;
                     })});
    cases.push_back(
        {CertificateFault::not_yet_valid, wished([](auto& wish) { wish.first_day = 2; })});
    cases.push_back({CertificateFault::self_signed, wished([](auto&) {}, false)});
    cases.push_back({CertificateFault::wrong_name,
                     wished([](auto& wish) { wish.names = "DNS:other.example"; })});
    for (const auto& each : cases) {
        const auto refused = meet(each.identity, TlsUse::secure);
        CHECK(refused.fault == PeerFault::tls_failed);
        CHECK(refused.message == "securing the connection to localhost: the certificate " +
                                     std::string{to_string(each.kind)});
        CHECK(!refused.report.completed);
        const auto examined = meet(each.identity, TlsUse::examine);
        CHECK(!examined.fault);
        CHECK(examined.report.completed);
        REQUIRE(examined.report.faults.size() == 1);
        CHECK(examined.report.faults.front().kind == each.kind);
        CHECK(examined.report.chain.size() == 1);
    }
}

TEST_CASE("a certificate of an unknown authority is refused")
{
    CertificateWish wish;
    wish.authority = true;
    wish.common_name = "Stranger";
    const auto stranger = make_identity(wish);
    const auto refused = meet(make_identity({}, &stranger), TlsUse::secure);
    CHECK(refused.report.find(CertificateFault::unknown_issuer) != nullptr);
    CHECK(certificate_words(refused.report).find("chain of certificates breaks off: CN=") !=
          std::string::npos);
}

TEST_CASE("a device's own certificate can be trusted by itself")
{
    const auto device = wished([](auto&) {}, false);
    const TemporaryFile file{device.certificate_pem()};
    CHECK(!meet(device, TlsUse::secure, "localhost", {file.path(), {}, {}, {}}).fault);
}

TEST_CASE("the name is checked as host name, as address, and as the settings say")
{
    CHECK(!meet(good(), TlsUse::secure, "127.0.0.1").fault);
    CHECK(!meet(good(), TlsUse::secure, "::1").fault);
    CHECK(meet(good(), TlsUse::secure, "127.0.0.2").fault == PeerFault::tls_failed);
    CHECK(meet(good(), TlsUse::secure, "localhost.example").fault == PeerFault::tls_failed);
    auto settings = trusting();
    settings.name = "localhost";
    CHECK(!meet(good(), TlsUse::secure, "10.9.8.7", settings).fault);
    CHECK_THROWS_AS(meet(good(), TlsUse::secure, ""), Error);
}

TEST_CASE("TLS below 1.2 is refused, and seen for what it is when we examine")
{
    TlsServer::Wish old;
    old.max_version = TLS1_1_VERSION;
    const auto rsa = wished([](auto& wish) { wish.key_type = "RSA"; });
    CHECK(meet(rsa, TlsUse::secure, "localhost", trusting(), old).fault == PeerFault::tls_failed);
    const auto examined = meet(rsa, TlsUse::examine, "localhost", trusting(), old);
    CHECK(!examined.fault);
    CHECK(examined.report.version == "TLSv1.1");
}

TEST_CASE("a peer that wants a certificate from us gets it, or says that it is missing")
{
    TlsServer::Wish asking;
    asking.ask_client = true;
    asking.identity = &good();
    const auto ours = make_identity({}, &authority());
    const TemporaryFile certificate{ours.certificate_pem()};
    const TemporaryFile key{ours.key_pem()};
    auto settings = trusting();
    settings.cert_file = certificate.path();
    settings.key_file = key.path();
    {
        TlsPair pair{settings, TlsUse::secure, "localhost"};
        pair.serve(asking, [](TlsServer& server) { server.write("in"); });
        pair.client().handshake(patient());
        CHECK(read_all(pair.client(), 2) == "in");
        CHECK(pair.client().report().client_certificate_requested);
    }
    TlsPair pair{trusting(), TlsUse::secure, "localhost"};
    pair.serve(asking);
    pair.client().handshake(patient());  // TLS 1.3: the peer answers only afterwards
    std::byte buffer[10];
    CHECK(fault_of([&] { (void)pair.client().read(buffer, patient()); }) == PeerFault::tls_failed);
    CHECK(pair.client().report().client_certificate_requested);
    CHECK(pair.client().report().alert == "certificate required");
}

TEST_CASE("a handshake ends at its deadline, although the peer drips")
{
    TlsPair silent{trusting(), TlsUse::secure, "localhost"};
    CHECK(fault_of([&] { silent.client().handshake(soon()); }) == PeerFault::timed_out);

    TlsPair dripping{trusting(), TlsUse::secure, "localhost"};
    std::atomic<bool> over{false};
    auto drips = std::async(std::launch::async, [&] {
        const std::string record = "\x16\x03\x03\x40";  // a long handshake record begins
        for (std::size_t i = 0; !over; ++i) {
            (void)::send(dripping.server_fd(), i < record.size() ? &record[i] : "", 1,
                         MSG_NOSIGNAL);
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    });
    CHECK(fault_of([&] { dripping.client().handshake(soon()); }) == PeerFault::timed_out);
    over = true;
    drips.get();
}

TEST_CASE("a peer that does not speak TLS is told from one that hangs up")
{
    for (const auto& words :
         {"HTTP/1.1 400 Bad Request\r\n\r\n"s, "\x07\x00\x00\x00\x00\x04\x00\x00\x00\x00"s}) {
        TlsPair pair{trusting(), TlsUse::secure, "localhost"};
        REQUIRE(::send(pair.server_fd(), words.data(), words.size(), 0) > 0);
        Met met;
        try {
            pair.client().handshake(patient());
        } catch (const PeerError& error) {
            met.message = error.what();
        }
        CHECK(met.message == "securing the connection to localhost: the peer does not speak TLS");
        CHECK(pair.client().report().first_bytes == words);
        CHECK(!pair.client().report().answered_tls());
    }
    TlsPair closing{trusting(), TlsUse::secure, "localhost"};
    closing.close_server();
    CHECK(fault_of([&] { closing.client().handshake(patient()); }) == PeerFault::connection_lost);
}

TEST_CASE("what is not a whole record is not readable, and what was tampered with is refused")
{
    TlsPair pair{trusting(), TlsUse::secure, "localhost"};
    std::promise<void> go_on;
    std::promise<void> sent;
    pair.serve({&good()}, [&](TlsServer& server) {
        server.write("x");
        go_on.get_future().wait();
        const auto half = "\x17\x03\x03\x01\x00half of a record"s;
        must(::send(pair.server_fd(), half.data(), half.size(), MSG_NOSIGNAL) > 0, "no send");
        sent.set_value();
        (void)server.read(1);
    });
    auto& client = pair.client();
    client.handshake(patient());
    CHECK(client.wait(patient()) == Transport::Wait::readable);
    CHECK(read_all(client, 1) == "x");
    go_on.set_value();
    sent.get_future().wait();
    CHECK(client.wait(soon()) == Transport::Wait::timed_out);
    const std::string rest(256, '!');
    must(::send(pair.server_fd(), rest.data(), rest.size(), MSG_NOSIGNAL) > 0, "no send");
    CHECK(client.wait(patient()) == Transport::Wait::readable);
    std::byte buffer[10];
    CHECK(fault_of([&] { (void)client.read(buffer, patient()); }) == PeerFault::tls_failed);
}

TEST_CASE("a broken connection under TLS is an error and never a SIGPIPE")
{
    struct sigaction before {};
    struct sigaction fatal {};
    fatal.sa_handler = SIG_DFL;  // the process would end
    REQUIRE(::sigaction(SIGPIPE, &fatal, &before) == 0);
    {
        TlsPair pair{trusting(), TlsUse::secure, "localhost"};
        pair.serve({&good()});
        pair.client().handshake(patient());
        pair.served();
        CHECK(fault_of([&] { write_text(pair.client(), pattern(1'000'000)); }) ==
              PeerFault::connection_lost);
    }
    REQUIRE(::sigaction(SIGPIPE, &before, nullptr) == 0);
}

TEST_CASE("a stop ends a wait under TLS, and a shutdown from another thread does")
{
    int pipes[2] = {-1, -1};
    REQUIRE(::pipe2(pipes, O_CLOEXEC) == 0);
    const Descriptor read_end{pipes[0]};
    Descriptor write_end{pipes[1]};
    TlsPair pair{
        trusting(), TlsUse::secure, "localhost", {read_end.get(), std::chrono::milliseconds{1}}};
    pair.serve({&good()}, [](TlsServer& server) { (void)server.read(1); });
    pair.client().handshake(patient());
    write_end.close();
    std::byte buffer[10];
    CHECK(fault_of([&] { (void)pair.client().read(buffer, patient()); }) == PeerFault::stopped);

    TlsPair other{trusting(), TlsUse::secure, "localhost"};
    other.serve({&good()}, [](TlsServer& server) { (void)server.read(1); });
    other.client().handshake(patient());
    auto ending = std::async(std::launch::async, [&] { other.client().shutdown(); });
    CHECK(other.client().read(buffer, patient()) == 0);
    ending.get();
}

TEST_CASE("closing gently tells the peer that it is the end")
{
    TlsPair pair{trusting(), TlsUse::secure, "localhost"};
    std::string got = "?";
    pair.serve({&good()}, [&](TlsServer& server) {
        got = server.read(100);
        server.close();
    });
    pair.client().handshake(patient());
    write_text(pair.client(), "bye");
    pair.client().close_gently(patient());
    pair.served();
    CHECK(got == "bye");
}

TEST_CASE("files for TLS that are wrong are named")
{
    const auto refusal = [](const TlsSettings& settings) {
        try {
            const TlsContext context{settings};
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
            return std::string{error.what()};
        }
        return std::string{};
    };
    const TemporaryFile garbage{"garbage"};
    const TemporaryFile certificate{good().certificate_pem()};
    const auto other = make_identity({}, &authority());
    const TemporaryFile key{other.key_pem()};
    const auto name = [](const TemporaryFile& file) { return file.path().string(); };
    CHECK(refusal({"/nowhere/ca.pem", {}, {}, {}}) ==
          "reading the TLS certificates /nowhere/ca.pem: No such file or directory");
    CHECK(refusal({garbage.path(), {}, {}, {}})
              .find("reading the TLS certificates " + name(garbage)) == 0);
    CHECK(refusal({{}, garbage.path(), {}, {}})
              .find("reading the TLS certificate " + name(garbage)) == 0);
    CHECK(refusal({{}, certificate.path(), {}, {}})
              .find("reading the TLS key " + name(certificate)) == 0);
    CHECK(refusal({{}, certificate.path(), key.path(), {}})
              .find("reading the TLS key " + name(key)) == 0);
    CHECK(refusal({{}, {}, key.path(), {}}) ==
          "reading the TLS key " + name(key) + ": there is no certificate to it");
    CHECK(refusal(trusting()).empty());
}
