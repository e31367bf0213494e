#include "net/doorman.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace pacs::net {

namespace {

constexpr std::chrono::seconds patience{1};

/// True when the peer has closed or the connection is broken.
bool drop_input(int socket) noexcept
{
    std::array<std::byte, 4096> dropped{};
    const auto count = ::recv(socket, dropped.data(), dropped.size(), MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

void Doorman::refuse(Descriptor connection, std::string_view farewell)
{
    // few bytes into an empty send buffer: either they fit or the peer is gone already
    (void)::send(connection.get(), farewell.data(), farewell.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)::shutdown(connection.get(), SHUT_WR);
    if (leaving_.size() < most_leaving) {
        leaving_.push_back({std::move(connection), Deadline::after(patience)});
    }
}

void Doorman::add_to(std::vector<pollfd>& fds) const
{
    for (const auto& one : leaving_) {
        fds.push_back({one.connection.get(), POLLIN, 0});
    }
}

void Doorman::tend(std::span<const pollfd> polled)
{
    std::size_t index = 0;
    std::erase_if(leaving_, [&](const Leaving& one) {
        const bool ready = index < polled.size() && polled[index].revents != 0;
        ++index;
        return one.until.expired() || (ready && drop_input(one.connection.get()));
    });
}

Deadline Doorman::deadline() const noexcept
{
    Deadline first;
    for (const auto& one : leaving_) {
        first = earliest(first, one.until);
    }
    return first;
}

}  // namespace pacs::net
