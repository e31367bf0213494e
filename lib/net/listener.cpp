#include "base/error.hpp"
#include "base/log.hpp"
#include "net/socket_address.hpp"
#include "net/transport.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace pacs::net {

namespace {

constexpr int backlog = 1024;  // the system cuts it to net.core.somaxconn

[[noreturn]] void fail(const ListenAddress& address, int error)
{
    throw Error(ErrorKind::storage,
                fmt::format("listening on {}: {}", address.str(), std::strerror(error)));
}

Descriptor bind_to(const addrinfo& info, bool both_families, const ListenAddress& address)
{
    Descriptor socket{::socket(info.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket) {
        fail(address, errno);
    }
    const int on = 1;
    const int v6_only = both_families ? 0 : 1;
    bool ok = ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    if (ok && info.ai_family == AF_INET6) {
        ok = ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only) == 0;
    }
    if (!ok || ::bind(socket.get(), info.ai_addr, info.ai_addrlen) != 0 ||
        ::listen(socket.get(), backlog) != 0) {
        fail(address, errno);
    }
    return socket;
}

bool ipv6_is_there()
{
    const Descriptor probe{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return static_cast<bool>(probe);
}

std::string host_to_bind(const ListenAddress& address)
{
    if (address.host.empty()) {
        return "127.0.0.1";
    }
    if (address.host == "*") {
        return ipv6_is_there() ? "::" : "0.0.0.0";
    }
    return address.host;
}

void listen_on_name(const ListenAddress& address, std::vector<Listener>& listeners)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE;
    const auto host = host_to_bind(address);
    auto port = address.port;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (error != 0) {
        throw Error(ErrorKind::usage,
                    fmt::format("listening on {}: {}", log::printable(address.str()),
                                ::gai_strerror(error)));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{found, &::freeaddrinfo};
    for (auto* info = found; info != nullptr; info = info->ai_next) {
        // a name with several addresses listens on one port, also when the system chose it
        auto& port_field = info->ai_family == AF_INET6
                               ? reinterpret_cast<sockaddr_in6*>(info->ai_addr)->sin6_port
                               : reinterpret_cast<sockaddr_in*>(info->ai_addr)->sin_port;
        port_field = htons(port);
        listeners.emplace_back(bind_to(*info, address.host == "*", address), address.tls);
        port = listeners.back().address().port;
    }
}

bool is_shortage(int error) noexcept
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Listener::Listener(Descriptor socket, bool tls)
    : socket_(std::move(socket)), address_(local_address_of(socket_.get()))
{
    address_.tls = tls;
}

Listener::Result Listener::accept(Descriptor& connection)
{
    const int fd = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        connection = Descriptor{fd};
        return Result::accepted;
    }
    const int error = errno;
    if (is_shortage(error)) {
        return Result::out_of_descriptors;
    }
    if (error == EBADF || error == EINVAL || error == ENOTSOCK || error == EFAULT) {
        throw Error(ErrorKind::bug, fmt::format("accepting a connection on {}: {}", address_.str(),
                                                std::strerror(error)));
    }
    return Result::nothing;  // accept(2): network errors of the new connection come here too
}

std::vector<Listener> listen_on(std::span<const ListenAddress> addresses)
{
    std::vector<Listener> listeners;
    for (const auto& address : addresses) {
        listen_on_name(address, listeners);
    }
    return listeners;
}

}  // namespace pacs::net
