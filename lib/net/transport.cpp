#include "net/transport.hpp"

#include "base/error.hpp"
#include "net/peer_error.hpp"
#include "net/socket_address.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace pacs::net {

namespace {

using Clock = Deadline::Clock;

[[noreturn]] void fail_io(PeerStage stage, int error)
{
    throw PeerError(PeerFault::connection_lost, stage,
                    fmt::format("{}: {}", to_string(stage), std::strerror(error)));
}

/// sendfile(2) has no MSG_NOSIGNAL: while one of these lives, SIGPIPE of this thread is held back
/// and, when a broken connection raised one, taken away again.
class SigpipeGuard {
public:
    SigpipeGuard()
    {
        sigset_t pending;
        sigemptyset(&pending);
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~SigpipeGuard()
    {
        if (broken_ && !was_pending_) {
            const timespec now{};
            while (sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
            }
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    SigpipeGuard(const SigpipeGuard&) = delete;
    SigpipeGuard& operator=(const SigpipeGuard&) = delete;

    void broken() noexcept { broken_ = true; }

private:
    sigset_t pipe_{};
    sigset_t before_{};
    bool was_pending_ = false;
    bool broken_ = false;
};

/// What is left of a gathered write, advanced as the system takes it.
class Gather {
public:
    static constexpr std::size_t capacity = 64;

    explicit Gather(std::span<const Piece> pieces) : pieces_(pieces) { refill(); }

    bool empty() const noexcept { return count_ == 0; }
    bool last() const noexcept { return pieces_.empty(); }
    msghdr message() noexcept
    {
        msghdr header{};
        header.msg_iov = vectors_.data() + first_;
        header.msg_iovlen = count_;
        return header;
    }
    void advance(std::size_t sent) noexcept
    {
        while (count_ > 0 && sent >= vectors_.at(first_).iov_len) {
            sent -= vectors_.at(first_).iov_len;
            ++first_;
            --count_;
        }
        if (count_ > 0) {
            auto& vector = vectors_.at(first_);
            vector.iov_base = static_cast<char*>(vector.iov_base) + sent;
            vector.iov_len -= sent;
        } else {
            refill();
        }
    }

private:
    void refill() noexcept
    {
        first_ = 0;
        while (count_ < capacity && !pieces_.empty()) {
            const auto bytes = pieces_.front().bytes;
            pieces_ = pieces_.subspan(1);
            if (!bytes.empty()) {
                // sendmsg(2) reads only; iovec has no const form
                vectors_.at(count_++) = {const_cast<std::byte*>(bytes.data()),  // NOLINT
                                         bytes.size()};
            }
        }
    }

    std::span<const Piece> pieces_;
    std::array<iovec, capacity> vectors_{};
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace

TcpTransport::TcpTransport(Descriptor socket, const StopPolicy& stop)
    : socket_(std::move(socket)), stop_(stop)
{
    make_non_blocking(socket_.get());
    const int on = 1;
    tcp_ = ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
    const auto peer = peer_of(socket_.get());
    host_ = peer.host;
    port_ = peer.port;
}

void TcpTransport::arm_quick_ack() noexcept
{
    if (tcp_) {
        const int on = 1;  // a courtesy to the peer's Nagle: failing it costs only time
        (void)::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    }
}

Deadline TcpTransport::limit(Deadline deadline) const noexcept
{
    const auto at = stop_at_.load(std::memory_order_relaxed);
    return at == 0 ? deadline
                   : earliest(deadline, Deadline{Clock::time_point{Clock::duration{at}}});
}

void TcpTransport::see_stop() noexcept
{
    Clock::rep none = 0;
    stop_at_.compare_exchange_strong(none, (Clock::now() + stop_.grace).time_since_epoch().count());
}

Transport::Wait TcpTransport::poll_for(short events, Deadline deadline, int wake_fd)
{
    for (;;) {
        const bool stopping = stop_at_.load(std::memory_order_relaxed) != 0;
        std::array<pollfd, 3> fds{{{socket_.get(), events, 0},
                                   {stopping ? -1 : stop_.fd, POLLIN, 0},
                                   {wake_fd, POLLIN, 0}}};
        const auto until = limit(deadline);
        const int ready = ::poll(fds.data(), fds.size(), until.poll_ms());
        if (ready < 0 && errno != EINTR) {
            throw Error(ErrorKind::bug, fmt::format("polling: {}", std::strerror(errno)));
        }
        if (ready > 0 && fds[0].revents != 0) {
            return Wait::readable;
        }
        if (ready > 0 && fds[2].revents != 0) {
            return Wait::woken;
        }
        if (ready > 0 && fds[1].revents != 0) {
            see_stop();
        }
        if (until.expired()) {
            if (!deadline.expired()) {
                throw PeerError(PeerFault::stopped, PeerStage::answer,
                                "waiting for the peer: stopped");
            }
            return Wait::timed_out;
        }
    }
}

Transport::Wait TcpTransport::wait(Deadline deadline, int wake_fd)
{
    std::array<pollfd, 2> now{{{socket_.get(), POLLIN, 0}, {wake_fd, POLLIN, 0}}};
    const auto ready = [&now] { return ::poll(now.data(), now.size(), 0) > 0; };
    if (ready() || wait_.look(ready, deadline)) {
        return now[0].revents != 0 ? Wait::readable : Wait::woken;
    }
    if (deadline.expired()) {  // who only asks says nothing of how long waits are
        return poll_for(POLLIN, deadline, wake_fd);
    }
    arm_quick_ack();
    const BriefWait::Sleep sleep{wait_};
    return poll_for(POLLIN, deadline, wake_fd);
}

std::size_t TcpTransport::read(std::span<std::byte> buffer, Deadline deadline)
{
    for (;;) {
        const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count >= 0) {
            return static_cast<std::size_t>(count);
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (wait(deadline, -1) == Wait::timed_out) {
                throw PeerError(PeerFault::timed_out, PeerStage::answer,
                                "waiting for the peer: timed out");
            }
        } else if (errno != EINTR) {
            fail_io(PeerStage::answer, errno);
        }
    }
}

void TcpTransport::wait_writable(Deadline deadline)
{
    if (poll_for(POLLOUT, deadline, -1) == Wait::timed_out) {
        throw PeerError(PeerFault::timed_out, PeerStage::send,
                        "sending: timed out, the peer does not read");
    }
}

void TcpTransport::send_memory(std::span<const Piece> pieces, bool more_follows, Deadline deadline)
{
    Gather gather{pieces};
    while (!gather.empty()) {
        const bool more = more_follows || !gather.last();
        const auto message = gather.message();
        const auto sent =
            ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
        if (sent >= 0) {
            gather.advance(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_writable(deadline);
        } else if (errno != EINTR) {
            fail_io(PeerStage::send, errno);
        }
    }
}

void TcpTransport::send_file(const FileRange& file, Deadline deadline)
{
    SigpipeGuard guard;
    auto offset = static_cast<off_t>(file.offset);
    auto left = file.size;
    while (left > 0) {
        const auto sent = ::sendfile(socket_.get(), file.fd, &offset, left);
        if (sent > 0) {
            left -= static_cast<std::uint64_t>(sent);
        } else if (sent == 0) {
            throw Error(ErrorKind::storage, "reading the file being sent: it became shorter");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_writable(deadline);
        } else if (errno == EPIPE || errno == ECONNRESET) {
            guard.broken();
            fail_io(PeerStage::send, errno);
        } else if (errno == EIO || errno == EINVAL || errno == EOVERFLOW || errno == ESPIPE) {
            throw Error(ErrorKind::storage,
                        fmt::format("reading the file being sent: {}", std::strerror(errno)));
        } else if (errno != EINTR) {
            fail_io(PeerStage::send, errno);
        }
    }
}

void TcpTransport::write(std::span<const Piece> pieces, Deadline deadline)
{
    while (!pieces.empty()) {
        if (pieces.front().in_file()) {
            send_file(pieces.front().file, deadline);
            pieces = pieces.subspan(1);
            continue;
        }
        const auto file = std::find_if(pieces.begin(), pieces.end(),
                                       [](const Piece& piece) { return piece.in_file(); });
        const auto count = static_cast<std::size_t>(file - pieces.begin());
        send_memory(pieces.first(count), count < pieces.size(), deadline);
        pieces = pieces.subspan(count);
    }
}

void TcpTransport::shutdown() noexcept
{
    (void)::shutdown(socket_.get(), SHUT_RDWR);  // fails only when the peer was first
}

void TcpTransport::close_gently(Deadline deadline) noexcept
{
    (void)::shutdown(socket_.get(), SHUT_WR);
    std::array<std::byte, 4096> dropped{};
    for (;;) {
        const auto count = ::recv(socket_.get(), dropped.data(), dropped.size(), MSG_DONTWAIT);
        if (count == 0 ||
            (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
            break;
        }
        if (deadline.expired()) {
            break;
        }
        if (count < 0) {
            pollfd now{socket_.get(), POLLIN, 0};
            (void)::poll(&now, 1, limit(deadline).poll_ms());
            if (limit(deadline).expired()) {
                break;
            }
        }
    }
    shutdown();
}

}  // namespace pacs::net
