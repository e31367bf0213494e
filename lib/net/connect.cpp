#include "base/log.hpp"
#include "net/peer_error.hpp"
#include "net/resolve.hpp"
#include "net/transport.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <vector>

namespace pacs::net {

namespace {

/// How long one address may keep the next one waiting, RFC 8305 section 5.
constexpr std::chrono::milliseconds attempt_delay{250};

/// A numeric address with its port, as the system takes it.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// Asks nobody. Throws PeerError(name_not_found) for what is no numeric address.
SocketAddress socket_address(const std::string& host, std::uint16_t port)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (error != 0) {
        throw PeerError(
            PeerFault::name_not_found, PeerStage::resolve,
            fmt::format("resolving '{}': {}", log::printable(host), ::gai_strerror(error)));
    }
    SocketAddress address;
    address.size = found->ai_addrlen;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    ::freeaddrinfo(found);
    return address;
}

/// Connection attempts to the addresses of one name, each started when its predecessor failed or
/// kept silent for too long; the first that succeeds wins.
class Race {
public:
    Race(const Address& peer, Deadline deadline, const StopPolicy& stop)
        : peer_(peer), deadline_(deadline), stop_(stop)
    {
        for (auto& host : resolve(peer.host, deadline, stop)) {
            attempts_.push_back({std::move(host), {}, 0});
        }
    }

    Descriptor run()
    {
        for (;;) {
            const bool running = std::ranges::any_of(attempts_, &Attempt::running);
            if (next_ < attempts_.size() && (!running || next_start_.expired())) {
                if (auto socket = start(attempts_[next_++])) {
                    return socket;
                }
                continue;
            }
            if (!running) {
                fail();
            }
            if (auto socket = await()) {
                return socket;
            }
        }
    }

private:
    struct Attempt {
        std::string host;
        Descriptor socket;
        int error = 0;
        bool running() const noexcept { return static_cast<bool>(socket); }
    };

    /// What became of each address, its name left out where that is all that was given.
    std::string words() const
    {
        std::string text;
        for (const auto& each : attempts_) {
            const auto* const reason = each.error != 0 ? std::strerror(each.error) : "not tried";
            text += text.empty() ? "" : ", ";
            text += each.host == peer_.host ? reason : fmt::format("{}: {}", each.host, reason);
        }
        return text;
    }

    /// The fault that tells most of the peer: a host that refuses is there.
    PeerFault fault() const
    {
        const auto has = [&](int error) {
            return std::ranges::find(attempts_, error, &Attempt::error) != attempts_.end();
        };
        return has(ECONNREFUSED) ? PeerFault::connection_refused
               : has(ETIMEDOUT)  ? PeerFault::timed_out
                                 : PeerFault::unreachable;
    }

    [[noreturn]] void fail() const
    {
        throw PeerError(fault(), PeerStage::connect,
                        fmt::format("connecting to {}: {}", log::printable(peer_.str()), words()));
    }

    Descriptor start(Attempt& attempt)
    {
        const auto address = socket_address(attempt.host, peer_.port);
        next_start_ = Deadline::after(attempt_delay);
        Descriptor socket{
            ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
        if (!socket) {
            attempt.error = errno;
            return {};
        }
        if (::connect(socket.get(), address.get(), address.size) == 0) {
            return socket;
        }
        if (errno == EINPROGRESS) {
            attempt.socket = std::move(socket);
        } else {
            attempt.error = errno;
        }
        return {};
    }

    /// Waits for one attempt to end; an empty descriptor when none succeeded yet.
    Descriptor await()
    {
        std::vector<pollfd> fds;  // poll(2) passes over what does not run, for it is -1
        std::ranges::transform(attempts_, std::back_inserter(fds), [](const Attempt& each) {
            return pollfd{each.socket.get(), POLLOUT, 0};
        });
        fds.push_back({stop_.fd, POLLIN, 0});
        const auto until = next_ == attempts_.size() ? deadline_ : earliest(deadline_, next_start_);
        const int ready = ::poll(fds.data(), fds.size(), until.poll_ms());
        if (ready > 0 && fds.back().revents != 0) {
            throw PeerError(PeerFault::stopped, PeerStage::connect,
                            fmt::format("connecting to {}: stopped", log::printable(peer_.str())));
        }
        if (deadline_.expired()) {
            give_up();
        }
        for (std::size_t i = attempts_.size(); ready > 0 && i-- > 0;) {
            if (fds[i].revents != 0) {
                if (auto socket = finish(attempts_[i])) {
                    return socket;
                }
            }
        }
        return {};
    }

    [[noreturn]] void give_up()
    {
        for (auto& each : attempts_) {
            each.error = each.running() ? ETIMEDOUT : each.error;
        }
        fail();
    }

    Descriptor finish(Attempt& attempt)
    {
        auto socket = std::move(attempt.socket);
        socklen_t size = sizeof attempt.error;
        if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &attempt.error, &size) != 0) {
            attempt.error = errno;
        }
        if (attempt.error == 0) {
            return socket;
        }
        next_start_ = Deadline{Deadline::Clock::time_point::min()};  // do not wait for the delay
        return {};
    }

    const Address& peer_;
    Deadline deadline_;
    const StopPolicy& stop_;
    std::vector<Attempt> attempts_;
    std::size_t next_ = 0;
    Deadline next_start_;
};

}  // namespace

std::unique_ptr<Transport> connect(const Address& peer, Deadline deadline, const StopPolicy& stop)
{
    return std::make_unique<TcpTransport>(Race{peer, deadline, stop}.run(), stop);
}

}  // namespace pacs::net
