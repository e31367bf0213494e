#include "net/resolve.hpp"

#include "base/file.hpp"
#include "base/log.hpp"
#include "net/peer_error.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

namespace pacs::net {

namespace {

constexpr std::size_t most_addresses = 16;

/// One question to the system, shared with the thread that asks it: when `written` is set the rest
/// may be looked at, and `done`, which wakes who waits for that, is readable.
struct Lookup {
    std::string host;
    Descriptor done{::eventfd(0, EFD_CLOEXEC)};
    std::atomic<bool> written{false};
    int error = 0;
    std::vector<std::string> addresses;
};

std::string numeric(const addrinfo& address)
{
    std::array<char, NI_MAXHOST> text{};
    return ::getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(), nullptr, 0,
                         NI_NUMERICHOST) == 0
               ? std::string{text.data()}
               : std::string{};
}

void look_up(Lookup& lookup, int flags)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* first = nullptr;
    lookup.error = ::getaddrinfo(lookup.host.c_str(), nullptr, &hints, &first);
    if (lookup.error != 0) {
        return;
    }
    for (const auto* at = first; at != nullptr; at = at->ai_next) {
        auto text = numeric(*at);
        auto& known = lookup.addresses;
        if (!text.empty() && known.size() < most_addresses &&
            std::find(known.begin(), known.end(), text) == known.end()) {
            known.push_back(std::move(text));
        }
    }
    ::freeaddrinfo(first);
}

[[noreturn]] void fail(PeerFault fault, const std::string& host, std::string_view reason)
{
    throw PeerError(fault, PeerStage::resolve,
                    fmt::format("resolving '{}': {}", log::printable(host), reason));
}

void await(const Lookup& lookup, Deadline deadline, const StopPolicy& stop)
{
    std::array<pollfd, 2> fds{{{lookup.done.get(), POLLIN, 0}, {stop.fd, POLLIN, 0}}};
    for (;;) {
        const int ready = ::poll(fds.data(), fds.size(), deadline.poll_ms());
        if (ready > 0 && fds[0].revents != 0 && lookup.written) {
            return;
        }
        if (ready > 0 && fds[1].revents != 0) {
            fail(PeerFault::stopped, lookup.host, "stopped");
        }
        if (deadline.expired()) {
            fail(PeerFault::timed_out, lookup.host, "timed out, the name servers do not answer");
        }
    }
}

}  // namespace

std::vector<std::string> resolve(const std::string& host, Deadline deadline, const StopPolicy& stop)
{
    const auto lookup = std::make_shared<Lookup>();
    lookup->host = host;
    look_up(*lookup, AI_NUMERICHOST);  // asks nobody
    if (lookup->error != 0) {
        if (!lookup->done) {
            throw Error(ErrorKind::storage,
                        fmt::format("resolving: no descriptor: {}", std::strerror(errno)));
        }
        std::thread{[lookup] {
            look_up(*lookup, 0);
            lookup->written = true;
            ::eventfd_write(lookup->done.get(), 1);
        }}.detach();
        await(*lookup, deadline, stop);
    }
    if (lookup->error != 0) {
        fail(PeerFault::name_not_found, host, ::gai_strerror(lookup->error));
    }
    return lookup->addresses;
}

}  // namespace pacs::net
