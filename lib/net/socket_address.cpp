#include "net/socket_address.hpp"

#include "base/error.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace pacs::net {

namespace {

using NameFunction = int (*)(int, sockaddr*, socklen_t*);

ListenAddress name_of(int socket, NameFunction function)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    if (function(socket, address, &size) != 0 ||
        (storage.ss_family != AF_INET && storage.ss_family != AF_INET6)) {
        return {};
    }
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getnameinfo(address, size, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return {};
    }
    std::string text = host.data();
    constexpr std::string_view mapped = "::ffff:";
    if (text.starts_with(mapped) && text.find('.') != std::string::npos) {
        text.erase(0, mapped.size());
    }
    return {text, static_cast<std::uint16_t>(std::stoul(port.data()))};
}

}  // namespace

ListenAddress peer_of(int socket)
{
    return name_of(socket, &::getpeername);
}

ListenAddress local_address_of(int socket)
{
    return name_of(socket, &::getsockname);
}

void make_non_blocking(int socket)
{
    const int flags = ::fcntl(socket, F_GETFL);
    if (flags < 0 || ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0) {
        throw Error(ErrorKind::bug, fmt::format("preparing a socket: {}", std::strerror(errno)));
    }
}

}  // namespace pacs::net
