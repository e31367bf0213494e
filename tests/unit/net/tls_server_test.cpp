#include "net/tls_peer.hpp"

#include "net/test_server.hpp"

#include "dicom/uid.hpp"
#include "net/echo.hpp"
#include "net/probe.hpp"
#include "net/rejections.hpp"

#include <openssl/err.h>

#include <array>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;
using Catch::Contains;

namespace {

const Identity& server_identity()
{
    static const Identity identity = make_identity({}, &authority());
    return identity;
}

Identity client_of(const std::string& name, const Identity* issuer = &authority(),
                   CertificateWish wish = {})
{
    wish.common_name = name;
    wish.names = "";
    return make_identity(wish, issuer);
}

/// The files a server and its clients need.
struct Files {
    TemporaryFile ca{authority().certificate_pem()};
    TemporaryFile server{server_identity().pem()};

    TlsServerSettings settings(ClientCertificate client = ClientCertificate::required) const
    {
        return {server.path(), {}, ca.path(), client};
    }
    TlsSettings client(const std::filesystem::path& certificate = {}) const
    {
        return {ca.path(), certificate, {}, "localhost"};
    }
};

/// A server of DICOM that speaks TLS only.
struct SecureServing {
    TestApplication application;
    std::unique_ptr<Server> server;

    explicit SecureServing(const TlsServerSettings& settings, const ServerLimits& limits = {})
    {
        auto address = parse_listen_address("0");
        address.tls = true;
        server = std::make_unique<Server>(std::span{&address, 1}, application, limits);
        server->set_tls(std::make_shared<TlsContext>(settings));
        server->start();
    }
    Address address() const { return {"SERVER", "127.0.0.1", server->addresses().front().port}; }
    Probe probe(const TlsSettings& settings) const
    {
        RequestOptions options;
        options.connect_timeout = patience;
        options.negotiation_timeout = patience;
        options.tls = std::make_shared<TlsContext>(settings);
        return net::probe(address(), options);
    }
    RawPeer raw() const
    {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(address().port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
        return RawPeer{std::move(socket)};
    }
};

/// A TLS client of OpenSSL's that is as weak as it is told to be; whether it gets a connection.
bool weak_client_gets_through(const Address& to, int version, const char* ciphers)
{
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    SSL_CTX_set_cipher_list(context, ciphers);
    BIO* const bio = BIO_new_ssl_connect(context);
    BIO_set_conn_hostname(bio, ("127.0.0.1:" + std::to_string(to.port)).c_str());
    const bool done = BIO_do_connect(bio) == 1;
    BIO_free_all(bio);
    SSL_CTX_free(context);
    ERR_clear_error();
    return done;
}

}  // namespace

TEST_CASE("an association over TLS knows both certificates, and the report tells them")
{
    const Files files;
    const TemporaryFile mine{client_of("ct1").pem()};
    SecureServing serving{files.settings()};
    const auto probed = serving.probe(files.client(mine.path()));
    CHECK(probed.message.empty());
    CHECK(probed.status == statuses::success);
    const auto report = serving.application.reports(1).front();
    CHECK(report.outcome == AssociationOutcome::released);
    REQUIRE(report.tls);
    CHECK(report.tls->version == "TLSv1.3");
    CHECK_FALSE(report.tls->cipher.empty());
    REQUIRE(report.tls->certificate);
    CHECK(report.tls->certificate->subject == "CN=ct1");
    CHECK(report.tls->certificate->sha256.size() == 64);
}

TEST_CASE("a policy sees the certificate before it admits anybody")
{
    const Files files;
    const TemporaryFile mine{client_of("ct1").pem()};
    const TemporaryFile other{client_of("ct2").pem()};
    SecureServing serving{files.settings()};
    serving.application.accept().access = [](const AssociateRq&, const Caller& caller) {
        Admission admission;
        admission.node = "scanner";
        if (caller.tls == nullptr || !caller.tls->certificate ||
            caller.tls->certificate->subject != "CN=ct1") {
            admission.rejection = rejections::stranger.rejection;
            admission.reason = "not that certificate";
        }
        return admission;
    };
    CHECK(serving.probe(files.client(mine.path())).message.empty());
    CHECK(serving.probe(files.client(other.path())).fault == PeerFault::rejected);
    const auto reports = serving.application.reports(2);
    CHECK(reports[0].node == "scanner");
    CHECK(reports[1].outcome == AssociationOutcome::rejected);
    CHECK_THAT(reports[1].detail, Contains("not that certificate"));
}

TEST_CASE("a client without a good certificate gets nowhere where one is required")
{
    const Files files;
    SecureServing serving{files.settings()};
    CertificateWish authority_wish;
    authority_wish.common_name = "Somebody Else";
    authority_wish.authority = true;
    const auto stranger = make_identity(authority_wish);
    CertificateWish old;
    old.first_day = -30;
    old.last_day = -10;
    CertificateWish future;
    future.first_day = 10;
    const TemporaryFile foreign{client_of("x", &stranger).pem()};
    const TemporaryFile alone{client_of("x", nullptr).pem()};
    const TemporaryFile expired{client_of("x", &authority(), old).pem()};
    const TemporaryFile early{client_of("x", &authority(), future).pem()};
    std::size_t count = 0;
    for (const auto& [file, words] : std::vector<std::pair<std::filesystem::path, std::string>>{
             {{}, "did not return a certificate"},
             {foreign.path(), "was not sent and is not among those we trust"},
             {alone.path(), "self-signed"},
             {expired.path(), "has expired"},
             {early.path(), "is not yet valid"}}) {
        INFO(words);
        CHECK(serving.probe(files.client(file)).fault == PeerFault::tls_failed);
        const auto report = serving.application.reports(++count).back();
        CHECK(report.outcome == AssociationOutcome::tls_failed);
        CHECK_THAT(report.detail, Contains(words));
        CHECK(report.calling_ae.empty());
    }
}

TEST_CASE("where a certificate is only requested none is fine, but a bad one is not")
{
    const Files files;
    const TemporaryFile alone{client_of("x", nullptr).pem()};
    SecureServing requesting{files.settings(ClientCertificate::requested)};
    CHECK(requesting.probe(files.client()).message.empty());
    CHECK_FALSE(requesting.application.reports(1).front().tls->certificate);
    CHECK(requesting.probe(files.client(alone.path())).fault == PeerFault::tls_failed);
    SecureServing indifferent{{files.server.path(), {}, {}, ClientCertificate::none}};
    CHECK(indifferent.probe(files.client(alone.path())).message.empty());
    CHECK_FALSE(indifferent.application.reports(1).front().tls->certificate);
}

TEST_CASE("old versions and weak ciphers are refused")
{
    const Files files;
    const TemporaryFile rsa{[] {
        CertificateWish wish;
        wish.key_type = "RSA";
        return make_identity(wish, &authority()).pem();
    }()};
    const SecureServing serving{{rsa.path(), {}, {}, ClientCertificate::none}};
    const auto to = serving.address();
    CHECK_FALSE(weak_client_gets_through(to, TLS1_VERSION, "ALL"));
    CHECK_FALSE(weak_client_gets_through(to, TLS1_1_VERSION, "ALL"));
    CHECK_FALSE(weak_client_gets_through(to, TLS1_2_VERSION, "AES128-GCM-SHA256"));  // no secrecy
    CHECK_FALSE(weak_client_gets_through(to, TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA"));  // CBC
    CHECK_FALSE(weak_client_gets_through(to, TLS1_2_VERSION, "DHE-RSA-AES128-GCM-SHA256"));
    CHECK_FALSE(weak_client_gets_through(to, TLS1_2_VERSION, "aNULL:eNULL"));
    CHECK(weak_client_gets_through(to, TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"));
    CHECK(weak_client_gets_through(to, TLS1_3_VERSION, "ALL"));
}

TEST_CASE("what is no TLS is told in words")
{
    const Files files;
    SecureServing serving{files.settings()};
    AssociateRq plain;
    plain.called_ae = "SERVER";
    plain.calling_ae = "CLIENT";
    plain.application_context = dicom::uids::application_context;
    plain.user.implementation_class_uid = "1.2.3";
    plain.contexts.push_back({1, verification, {implicit_le}});
    const std::vector<std::pair<std::string, std::string>> cases{
        {encode(plain), "the peer speaks DICOM without TLS"},
        {"GET / HTTP/1.0\r\n\r\n", "does not speak TLS"},
        {std::string(100, 'x'), "does not speak TLS"},
        {std::string("\x16\x03\x01\xFF\xFF\x01", 6) + std::string(70'000, 'y'), "securing"}};
    std::size_t count = 0;
    for (const auto& [bytes, words] : cases) {
        auto peer = serving.raw();
        peer.send(bytes);
        const auto report = serving.application.reports(++count).back();
        CHECK(report.outcome == AssociationOutcome::tls_failed);
        CHECK_THAT(report.detail, Contains(words));
    }
}

TEST_CASE("handshakes that stand still hold up nobody and end with the time to negotiate")
{
    const Files files;
    const TemporaryFile mine{client_of("ct1").pem()};
    ServerLimits limits;
    limits.negotiation_timeout = std::chrono::milliseconds{700};
    SecureServing serving{files.settings(), limits};
    std::vector<RawPeer> silent;
    for (int i = 0; i < 40; ++i) {
        silent.push_back(serving.raw());
        if (i % 2 == 0) {
            silent.back().send("\x16\x03\x01\x02");  // the first bytes of a hello
        }
    }
    CHECK(serving.probe(files.client(mine.path())).message.empty());
    const auto reports = serving.application.reports(41);
    CHECK(reports.front().outcome == AssociationOutcome::released);
    CHECK(std::count_if(reports.begin(), reports.end(), [](const AssociationReport& report) {
              return report.outcome == AssociationOutcome::timed_out;
          }) == 40);
}

TEST_CASE("a new context holds for new connections, old ones go on")
{
    const Files files;
    CertificateWish wish;
    wish.common_name = "Second Authority";
    wish.authority = true;
    const auto second = make_identity(wish);
    const TemporaryFile second_ca{second.certificate_pem()};
    const TemporaryFile second_server{make_identity({}, &second).pem()};
    SecureServing serving{{files.server.path(), {}, {}, ClientCertificate::none}};
    RequestOptions options;
    options.tls = std::make_shared<TlsContext>(files.client());
    const auto before = Association::request(serving.address(), options, verification_proposals());
    serving.server->set_tls(std::make_shared<TlsContext>(
        TlsServerSettings{second_server.path(), {}, {}, ClientCertificate::none}));
    CHECK(serving.probe(files.client()).fault == PeerFault::tls_failed);
    CHECK(serving.probe({second_ca.path(), {}, {}, {}}).message.empty());
    CHECK(echo(*before).status == statuses::success);
    before->release();
}

TEST_CASE("a client beyond the limits is told by an alert, not by plain DICOM")
{
    const Files files;
    ServerLimits limits;
    limits.max_associations = 1;
    SecureServing serving{files.settings(), limits};
    const auto first = serving.raw();
    const auto until = Deadline::after(patience);
    while (serving.server->associations() < 1 && !until.expired()) {
        std::this_thread::yield();
    }
    const auto refused = serving.probe(files.client());
    CHECK(refused.fault == PeerFault::tls_failed);
    CHECK_THAT(refused.message, Contains("internal error"));
}

TEST_CASE("without a context an address with TLS serves nobody")
{
    const Files files;
    SecureServing serving{files.settings()};
    serving.server->set_tls(nullptr);
    CHECK(serving.probe(files.client()).fault);
    CHECK(serving.application.reports(1).front().outcome == AssociationOutcome::tls_failed);
}

TEST_CASE("a client that is told to be careless talks to anybody, and only then")
{
    const TemporaryFile alone{make_identity({}).pem()};
    const SecureServing serving{{alone.path(), {}, {}, ClientCertificate::none}};
    TlsSettings careless;
    careless.insecure = true;
    careless.name = "another.example";
    CHECK(serving.probe(careless).message.empty());
    careless.insecure = false;
    CHECK(serving.probe(careless).fault == PeerFault::tls_failed);
}

TEST_CASE("files of a server that are wrong are named, and clients need an authority")
{
    const Files files;
    const auto complaint = [](const TlsServerSettings& settings) {
        try {
            const TlsContext context{settings};
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
            return std::string{error.what()};
        }
        return std::string{};
    };
    CHECK_THAT(complaint({}), Contains("there is no certificate to show"));
    CHECK_THAT(complaint({files.server.path(), {}, {}, ClientCertificate::required}),
               Contains("of no authority"));
    CHECK_THAT(complaint({"/nonexistent", {}, files.ca.path(), ClientCertificate::required}),
               Contains("/nonexistent"));
    CHECK_THAT(complaint({files.ca.path(), {}, files.ca.path(), ClientCertificate::required}),
               Contains("no private key"));
    const TlsContext good{files.settings()};
    REQUIRE(good.certificate());
    CHECK(good.certificate()->subject == "CN=peer");
}

TEST_CASE("a handshake that stands still is ended by the limit that was shorter, which is named")
{
    const auto address = parse_listen_address("0");
    const auto listeners = listen_on(std::span{&address, 1});
    const Address silent{"SERVER", "127.0.0.1", listeners.front().address().port};
    RequestOptions options;
    options.connect_timeout = std::chrono::milliseconds{100};
    options.tls = std::make_shared<TlsContext>(TlsSettings{});
    auto probed = net::probe(silent, options);
    CHECK(probed.fault == PeerFault::timed_out);
    CHECK_THAT(probed.message, Contains("the connect limit of 100ms is over"));
    options.connect_timeout = patience;
    options.deadline = Deadline::after(std::chrono::milliseconds{100});
    probed = net::probe(silent, options);
    CHECK(probed.fault == PeerFault::timed_out);
    CHECK_THAT(probed.message, Contains("the time for all of it is over"));
}
