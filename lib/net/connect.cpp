#include "base/log.hpp"
#include "net/peer_error.hpp"
#include "net/transport.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace pacs::net {

namespace {

/// How long one address may keep the next one waiting, RFC 8305 section 5.
constexpr std::chrono::milliseconds attempt_delay{250};

struct AddressList {
    addrinfo* first = nullptr;

    explicit AddressList(const Address& peer)
    {
        addrinfo hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_NUMERICSERV;
        const auto port = std::to_string(peer.port);
        const int error = ::getaddrinfo(peer.host.c_str(), port.c_str(), &hints, &first);
        if (error != 0) {
            throw PeerError(PeerFault::name_not_found, PeerStage::resolve,
                            fmt::format("resolving '{}': {}", log::printable(peer.host),
                                        ::gai_strerror(error)));
        }
    }
    ~AddressList() { ::freeaddrinfo(first); }
    AddressList(const AddressList&) = delete;
    AddressList& operator=(const AddressList&) = delete;
};

PeerFault fault_of(int error) noexcept
{
    switch (error) {
    case ECONNREFUSED: return PeerFault::connection_refused;
    case ETIMEDOUT: return PeerFault::timed_out;
    default: return PeerFault::unreachable;
    }
}

/// Connection attempts to several addresses of one name, each started when its predecessor failed
/// or kept silent for too long; the first that succeeds wins.
class Race {
public:
    Race(const Address& peer, Deadline deadline, const StopPolicy& stop)
        : peer_(peer), deadline_(deadline), stop_(stop), list_(peer), next_(list_.first)
    {
    }

    Descriptor run()
    {
        for (;;) {
            if (next_ != nullptr && (running_.empty() || next_start_.expired())) {
                if (auto socket = start_next()) {
                    return socket;
                }
                continue;
            }
            if (running_.empty()) {
                fail(error_);
            }
            if (auto socket = await()) {
                return socket;
            }
        }
    }

private:
    [[noreturn]] void fail(int error) const
    {
        throw PeerError(fault_of(error), PeerStage::connect,
                        fmt::format("connecting to {}: {}", peer_.str(), std::strerror(error)));
    }

    Descriptor start_next()
    {
        const auto* address = next_;
        next_ = next_->ai_next;
        next_start_ = Deadline::after(attempt_delay);
        Descriptor socket{
            ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
        if (!socket) {
            error_ = errno;
            return {};
        }
        if (::connect(socket.get(), address->ai_addr, address->ai_addrlen) == 0) {
            return socket;
        }
        if (errno == EINPROGRESS) {
            running_.push_back(std::move(socket));
        } else {
            error_ = errno;
        }
        return {};
    }

    /// Waits for one attempt to end; an empty descriptor when none succeeded yet.
    Descriptor await()
    {
        std::vector<pollfd> fds;
        for (const auto& socket : running_) {
            fds.push_back({socket.get(), POLLOUT, 0});
        }
        fds.push_back({stop_.fd, POLLIN, 0});
        const auto until = next_ == nullptr ? deadline_ : earliest(deadline_, next_start_);
        const int ready = ::poll(fds.data(), fds.size(), until.poll_ms());
        if (ready > 0 && fds.back().revents != 0) {
            throw PeerError(PeerFault::stopped, PeerStage::connect,
                            fmt::format("connecting to {}: stopped", peer_.str()));
        }
        if (deadline_.expired()) {
            fail(ETIMEDOUT);
        }
        for (std::size_t i = running_.size(); ready > 0 && i-- > 0;) {
            if (fds[i].revents != 0) {
                if (auto socket = finish(i)) {
                    return socket;
                }
            }
        }
        return {};
    }

    Descriptor finish(std::size_t index)
    {
        auto socket = std::move(running_[index]);
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
        int error = 0;
        socklen_t size = sizeof error;
        if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
            error = errno;
        }
        if (error == 0) {
            return socket;
        }
        error_ = error;
        next_start_ = Deadline{Deadline::Clock::time_point::min()};  // do not wait for the delay
        return {};
    }

    const Address& peer_;
    Deadline deadline_;
    const StopPolicy& stop_;
    AddressList list_;
    const addrinfo* next_;
    Deadline next_start_;
    std::vector<Descriptor> running_;
    int error_ = EHOSTUNREACH;
};

}  // namespace

std::unique_ptr<Transport> connect(const Address& peer, Deadline deadline, const StopPolicy& stop)
{
    return std::make_unique<TcpTransport>(Race{peer, deadline, stop}.run(), stop);
}

}  // namespace pacs::net
