#pragma once

#include "base/brief_wait.hpp"
#include "base/deadline.hpp"
#include "base/file.hpp"
#include "net/address.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pacs::net {

struct TlsSession;  // net/tls.hpp

/// A stretch of an open regular file; the descriptor stays the caller's.
struct FileRange {
    int fd = -1;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// Part of what is to be sent: bytes in memory or a stretch of a file, which then travels without
/// being copied through this process where the transport can.
struct Piece {
    std::span<const std::byte> bytes;
    FileRange file;

    Piece() = default;
    Piece(std::span<const std::byte> memory) : bytes(memory) {}  // NOLINT: meant to convert
    Piece(const FileRange& range) : file(range) {}               // NOLINT: meant to convert
    bool in_file() const noexcept { return file.fd >= 0; }
    std::uint64_t size() const noexcept { return in_file() ? file.size : bytes.size(); }
};

/// Lets a wait be ended early. After `fd` is readable (StopFlag::fd()) every wait goes on for at
/// most `grace`, so that what is nearly done is finished and a silent peer is not.
struct StopPolicy {
    int fd = -1;  ///< -1: never
    Deadline::Clock::duration grace = std::chrono::seconds{2};
};

/// A stream of bytes to one peer, both ways: TCP, and TLS behind the same face. One thread reads;
/// one at a time writes (the association sees to it); shutdown() may come from any thread.
class Transport {
public:
    enum class Wait : std::uint8_t { readable, timed_out, woken };

    Transport() = default;
    virtual ~Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    /// Waits until read() would not block. `wake_fd`, when not -1, ends the wait as soon as it is
    /// readable (`woken`); what the peer sent counts first. Throws PeerError(stopped).
    virtual Wait wait(Deadline deadline, int wake_fd = -1) = 0;
    /// Reads what there is, at least one byte; 0 when the peer has closed its side.
    /// Throws PeerError(timed_out, connection_lost, stopped).
    virtual std::size_t read(std::span<std::byte> buffer, Deadline deadline) = 0;
    /// Sends all pieces in order, gathered into as few segments as possible.
    /// Throws PeerError as read() does, and Error(storage) when a file ends early: the stream is
    /// then broken in the middle and good for nothing but shutdown().
    virtual void write(std::span<const Piece> pieces, Deadline deadline) = 0;
    /// Ends both directions now; a blocked read or write in another thread returns at once.
    virtual void shutdown() noexcept = 0;
    /// Says that we send no more, then drops what the peer still sends until it closes or the
    /// deadline passes, so that our last PDU is not lost to a TCP reset.
    virtual void close_gently(Deadline deadline) noexcept = 0;

    /// What is known of TLS, when that is spoken and was agreed on; nullptr: plain. As long as
    /// this.
    virtual const TlsSession* tls() const noexcept { return nullptr; }
    virtual std::string peer_host() const = 0;  ///< numeric address, empty when there is none
    virtual std::uint16_t peer_port() const = 0;
};

/// A connected stream socket (TCP; also a Unix socket pair in tests). Non-blocking, close-on-exec,
/// TCP_NODELAY; TCP_QUICKACK is armed before every wait so that a peer that leaves Nagle on is not
/// held up by our delayed acknowledgement.
class TcpTransport : public Transport {
public:
    explicit TcpTransport(Descriptor socket, const StopPolicy& stop = {});

    Wait wait(Deadline deadline, int wake_fd) override;
    std::size_t read(std::span<std::byte> buffer, Deadline deadline) override;
    void write(std::span<const Piece> pieces, Deadline deadline) override;
    void shutdown() noexcept override;
    void close_gently(Deadline deadline) noexcept override;
    std::string peer_host() const override { return host_; }
    std::uint16_t peer_port() const override { return port_; }

private:
    Wait poll_for(short events, Deadline deadline, int wake_fd);
    Deadline limit(Deadline deadline) const noexcept;
    void see_stop() noexcept;
    void wait_writable(Deadline deadline);
    void send_memory(std::span<const Piece> pieces, bool more_follows, Deadline deadline);
    void send_file(const FileRange& file, Deadline deadline);
    void arm_quick_ack() noexcept;

    Descriptor socket_;
    StopPolicy stop_;
    BriefWait wait_;                                ///< of the one thread that reads
    std::atomic<Deadline::Clock::rep> stop_at_{0};  ///< end of the grace once the flag was seen
    bool tcp_ = false;
    std::string host_;
    std::uint16_t port_ = 0;
};

/// Connects to the first address of `peer.host` that answers; the next one is tried beside it
/// after 250 ms (RFC 8305 in small). `deadline` and `stop` hold for finding the addresses too.
/// Throws PeerError: name_not_found, connection_refused, unreachable, timed_out, stopped. Where all
/// addresses of a name failed the message has each of them.
std::unique_ptr<Transport> connect(const Address& peer, Deadline deadline,
                                   const StopPolicy& stop = {});

/// A listening TCP socket, close-on-exec. An IPv6 wildcard takes IPv4 too only for "*".
class Listener {
public:
    /// Binds every address the name resolves to has its own Listener: see listen_on().
    explicit Listener(Descriptor socket, bool tls = false);

    int fd() const noexcept { return socket_.get(); }
    const ListenAddress& address() const noexcept { return address_; }  ///< with the chosen port

    enum class Result : std::uint8_t { accepted, nothing, out_of_descriptors };
    /// Takes the next connection without waiting. `nothing` also for connections that broke before
    /// they were taken. Throws Error(bug) for what cannot happen on a listening socket.
    Result accept(Descriptor& connection);

private:
    Descriptor socket_;
    ListenAddress address_;
};

/// Binds and listens on each address, in order. Throws Error(usage) for a name that does not
/// resolve and Error(storage) when the system refuses ("address in use").
std::vector<Listener> listen_on(std::span<const ListenAddress> addresses);

}  // namespace pacs::net
