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
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace pacs::net {

namespace {

constexpr std::size_t most_addresses = 16;

/// One question to the system, shared with the thread that asks it: when `written` is set the rest
/// may be looked at, and `done`, which wakes who waits for that, is readable.
struct Lookup {
    std::string host;
    Descriptor done{};
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

/// The lookups under way, by host; a finished one goes with the last who waits for it.
class Lookups {
public:
    static Lookups& instance()
    {
        static Lookups lookups;
        return lookups;
    }

    /// Throws Error(storage) when there is no descriptor or thread to be had.
    std::shared_ptr<const Lookup> start(const std::string& host)
    {
        const std::lock_guard lock{mutex_};
        std::erase_if(running_, [](const auto& each) { return each.second.expired(); });
        if (auto lookup = running_[host].lock()) {
            return lookup;
        }
        auto lookup = std::make_shared<Lookup>();
        lookup->host = host;
        lookup->done = Descriptor{::eventfd(0, EFD_CLOEXEC)};
        if (!lookup->done) {
            throw Error(ErrorKind::storage,
                        fmt::format("resolving: no descriptor: {}", std::strerror(errno)));
        }
        try {
            std::thread{[lookup] {
                look_up(*lookup, 0);
                lookup->written = true;
                ::eventfd_write(lookup->done.get(), 1);
            }}.detach();
        } catch (const std::system_error& error) {
            throw Error(ErrorKind::storage, fmt::format("resolving: no thread: {}", error.what()));
        }
        running_[host] = lookup;
        return lookup;
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<const Lookup>> running_;
};

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
    Lookup numeric;
    numeric.host = host;
    look_up(numeric, AI_NUMERICHOST);  // asks nobody
    if (numeric.error == 0) {
        return numeric.addresses;
    }
    const auto lookup = Lookups::instance().start(host);
    await(*lookup, deadline, stop);
    if (lookup->error != 0) {
        fail(PeerFault::name_not_found, host, ::gai_strerror(lookup->error));
    }
    return lookup->addresses;
}

}  // namespace pacs::net
