#pragma once

#include "base/file.hpp"
#include "net/raw_peer.hpp"
#include "net/tls_transport.hpp"

#include "../../support/certificates.hpp"

#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <string>

/// The server's side of TLS, by OpenSSL on a blocking socket, for tests.
namespace pacs::net::test {

using pacs::test::CertificateWish;
using pacs::test::Identity;
using pacs::test::make_identity;

inline const Identity& authority()
{
    static const Identity identity = [] {
        CertificateWish wish;
        wish.common_name = "Test Authority";
        wish.authority = true;
        return make_identity(wish);
    }();
    return identity;
}

/// A file that goes when the test ends.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content)
    {
        char name[] = "/tmp/tls_test.XXXXXX";
        Descriptor file{::mkstemp(name)};
        REQUIRE(file);
        path_ = name;
        write_all(file.get(), std::as_bytes(std::span{content}), path_);
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// One connection, taken in a thread of its own; methods throw std::runtime_error.
class TlsServer {
public:
    struct Wish {
        const Identity* identity = nullptr;
        int max_version = TLS1_3_VERSION;
        bool ask_client = false;
    };

    TlsServer(int fd, const Wish& wish) : context_(SSL_CTX_new(TLS_server_method()))
    {
        SSL_CTX_set_security_level(context_, 0);
        SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_, wish.max_version);
        SSL_CTX_use_certificate(context_, wish.identity->certificate.get());
        SSL_CTX_use_PrivateKey(context_, wish.identity->key.get());
        if (wish.ask_client) {
            X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), authority().certificate.get());
            SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                               nullptr);
        }
        ssl_ = SSL_new(context_);
        SSL_set_fd(ssl_, fd);
    }
    ~TlsServer()
    {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    bool accept() { return SSL_accept(ssl_) == 1; }
    void write(const std::string& text)
    {
        must(SSL_write(ssl_, text.data(), static_cast<int>(text.size())) ==
                 static_cast<int>(text.size()),
             "the TLS server cannot write");
    }
    std::string read(std::size_t count)
    {
        std::string text(count, '\0');
        std::size_t have = 0;
        while (have < count) {
            const int got = SSL_read(ssl_, text.data() + have, static_cast<int>(count - have));
            if (got <= 0) {
                break;
            }
            have += static_cast<std::size_t>(got);
        }
        text.resize(have);
        return text;
    }
    void close() { SSL_shutdown(ssl_); }
    bool update_keys() { return SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED) == 1; }

private:
    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
};

/// Both ends of a connection; the server's work runs beside the test.
class TlsPair {
public:
    TlsPair(const TlsSettings& settings, TlsUse use, const std::string& host,
            const StopPolicy& stop = {})
    {
        int fds[2] = {-1, -1};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
        client_ =
            std::make_unique<TlsTransport>(std::make_unique<TcpTransport>(Descriptor{fds[0]}, stop),
                                           std::make_shared<TlsContext>(settings, use), host);
        server_fd_ = Descriptor{fds[1]};
    }
    ~TlsPair()
    {
        client_.reset();  // first, so that a server that still reads ends
        if (served_.valid()) {
            served_.wait();
        }
    }
    TlsPair(const TlsPair&) = delete;
    TlsPair& operator=(const TlsPair&) = delete;

    void serve(const TlsServer::Wish& wish, std::function<void(TlsServer&)> work = {})
    {
        served_ = std::async(std::launch::async, [this, wish, work = std::move(work)] {
            sigset_t
                pipe;  // OpenSSL writes with write(2); the client's own writes must not need it
            sigemptyset(&pipe);
            sigaddset(&pipe, SIGPIPE);
            pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
            TlsServer server{server_fd_.get(), wish};
            if (server.accept() && work) {
                work(server);
            }
            server_fd_.close();
        });
    }
    void served() { served_.get(); }
    TlsTransport& client() noexcept { return *client_; }
    int server_fd() const noexcept { return server_fd_.get(); }
    void close_server() { server_fd_.close(); }

private:
    std::unique_ptr<TlsTransport> client_;
    Descriptor server_fd_;
    std::future<void> served_;
};

}  // namespace pacs::net::test
