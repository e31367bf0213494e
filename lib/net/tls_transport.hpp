#pragma once

#include "net/tls.hpp"
#include "net/transport.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct bio_st;

namespace pacs::net {

/// TLS over another transport, as client or as server. OpenSSL works on memory only; all waiting,
/// deadlines and stopping are those of the transport below, and so is who may call what from which
/// thread. Renegotiation is refused, so that writing never has to wait for reading.
class TlsTransport : public Transport {
public:
    /// `host` is what the peer is called by: its certificate must have that name unless the
    /// context's settings give another. Nothing is sent before handshake().
    TlsTransport(std::unique_ptr<Transport> below, std::shared_ptr<const TlsContext> context,
                 const std::string& host);
    /// As server, with a context for servers.
    TlsTransport(std::unique_ptr<Transport> below, std::shared_ptr<const TlsContext> context);
    ~TlsTransport() override;
    TlsTransport(const TlsTransport&) = delete;
    TlsTransport& operator=(const TlsTransport&) = delete;

    /// Agrees on TLS, within `deadline` however slowly the peer drips. To be called once, before
    /// all else. Throws PeerError, stage `secure`: tls_failed with what is wrong (also when the
    /// peer does not speak TLS), timed_out, connection_lost, stopped. report() is good either way.
    void handshake(Deadline deadline);
    /// Not while another thread reads or writes.
    const TlsReport& report() const noexcept { return report_; }

    Wait wait(Deadline deadline, int wake_fd = -1) override;
    /// As Transport says; PeerError(tls_failed) when the peer ends TLS with an alert (a missing
    /// client certificate is told so, TLS 1.3), or a record was tampered with.
    std::size_t read(std::span<std::byte> buffer, Deadline deadline) override;
    void write(std::span<const Piece> pieces, Deadline deadline) override;
    void shutdown() noexcept override { below_->shutdown(); }
    void close_gently(Deadline deadline) noexcept override;
    const TlsSession* tls() const noexcept override { return &session_; }
    std::string peer_host() const override { return below_->peer_host(); }
    std::uint16_t peer_port() const override { return below_->peer_port(); }

    struct Callbacks;  ///< what OpenSSL calls, tls_session.cpp

private:
    enum class Progress : std::uint8_t { done, wants_more, closed };

    [[noreturn]] void fail(const std::string& reason);
    Progress after(int result);
    Progress take(std::span<std::byte> buffer, std::size_t& count);
    bool readable_now();
    bool feed(Deadline deadline);
    std::string take_output();
    void flush(Deadline deadline);
    void send_output(Deadline deadline);  // output_mutex_ held
    void tell_why() noexcept;
    void seal(std::span<const std::byte> plain, Deadline deadline);
    void require_peer_name(const std::string& host);
    void learn_session();

    std::unique_ptr<Transport> below_;
    std::shared_ptr<const TlsContext> context_;
    std::string host_;
    TlsReport report_;
    TlsSession session_;
    ssl_st* ssl_ = nullptr;
    bio_st* incoming_ = nullptr;  ///< what came from below; owned by ssl_
    bio_st* outgoing_ = nullptr;  ///< what is to go there; owned by ssl_
    std::mutex ssl_mutex_;        ///< held for calls of OpenSSL only, never while waiting
    std::mutex output_mutex_;     ///< records leave in the order they were sealed
    std::vector<std::byte> raw_;
    std::vector<std::byte> plain_;
    bool ended_ = false;  ///< the peer sends no more; only the reading thread
};

/// connect(), then TLS when there is a context (nullptr: none): the one way to a peer.
/// Throws as connect() and TlsTransport::handshake() do.
std::unique_ptr<Transport> connect(const Address& peer,
                                   const std::shared_ptr<const TlsContext>& tls, Deadline deadline,
                                   const StopPolicy& stop = {});

}  // namespace pacs::net
