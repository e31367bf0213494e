#include "base/log.hpp"
#include "net/rejections.hpp"
#include "net/server_core.hpp"
#include "net/socket_address.hpp"

#include <fcntl.h>
#include <poll.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace pacs::net {

namespace {

/// How long no connection is taken after the system had no descriptor for it.
constexpr std::chrono::milliseconds shortage_pause{100};
/// Connections taken from one listener before the others are looked at.
constexpr int accepts_at_once = 64;
/// What tells a client that has not begun TLS yet that there will be none: a fatal alert,
/// internal_error, RFC 8446 6.
constexpr std::string_view tls_alert{"\x15\x03\x03\x00\x02\x02\x50", 7};

}  // namespace

void Server::Core::accept_loop()
{
    Deadline pause{Deadline::Clock::now()};
    std::vector<pollfd> fds;
    while (!stop.draining) {
        fds.clear();
        fds.push_back({accept_wake.get(), POLLIN, 0});
        const bool paused = !pause.expired();
        for (const auto& listener : listeners) {
            fds.push_back({paused ? -1 : listener.fd(), POLLIN, 0});
        }
        doorman.add_to(fds);
        const auto until = paused ? earliest(pause, doorman.deadline()) : doorman.deadline();
        if (::poll(fds.data(), fds.size(), until.poll_ms()) < 0 && errno != EINTR) {
            log::error("accepting connections: {}", std::strerror(errno));
            pause = Deadline::after(shortage_pause);
            continue;
        }
        doorman.tend(std::span{fds}.subspan(1 + listeners.size()));
        for (std::size_t i = 0; i < listeners.size() && !stop.draining; ++i) {
            if (fds[i + 1].revents != 0) {
                accept_from(listeners[i]);
            }
        }
        if (!reserve) {
            reserve = Descriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
            pause = Deadline::after(shortage_pause);
        }
    }
}

void Server::Core::accept_from(Listener& listener)
{
    const auto& address = listener.address();
    for (int i = 0; i < accepts_at_once; ++i) {
        Descriptor connection;
        switch (listener.accept(connection)) {
        case Listener::Result::accepted: take(std::move(connection), address); break;
        case Listener::Result::out_of_descriptors: shed_one(listener); return;
        case Listener::Result::nothing: return;
        }
    }
}

void Server::Core::shed_one(Listener& listener)
{
    // the reserve makes room for one descriptor: with it the connection can be told to go away
    // instead of waking us again and again
    if (!reserve.close()) {
        return;
    }
    Descriptor connection;
    if (listener.accept(connection) == Listener::Result::accepted) {
        refuse(std::move(connection), listener.address(), rejections::congestion.rejection,
               "no file descriptors left");
    }
}

void Server::Core::refuse(Descriptor connection, const ListenAddress& listen_address,
                          const AssociateRj& rejection, std::string detail)
{
    AssociationReport report;
    const auto peer = peer_of(connection.get());
    report.outcome = AssociationOutcome::refused;
    report.detail = std::move(detail);
    report.peer_host = peer.host;
    report.peer_port = peer.port;
    report.listen_address = listen_address.str();
    if (listen_address.tls) {
        doorman.refuse(std::move(connection), tls_alert);
    } else {
        doorman.refuse(std::move(connection), encode(rejection));
    }
    application.on_closed(report);
}

void Server::Core::take(Descriptor connection, const ListenAddress& listen_address)
{
    const auto peer = peer_of(connection.get());
    if (auto reason = admit(peer.host); !reason.empty()) {
        refuse(std::move(connection), listen_address, rejections::too_many.rejection,
               std::move(reason));
        return;
    }
    auto job = std::make_unique<Job>();
    job->core = shared_from_this();
    job->connection = std::move(connection);
    {
        const std::lock_guard lock{mutex};
        job->limits = limits;
        job->tls = tls;
    }
    job->report.peer_host = peer.host;
    job->report.peer_port = peer.port;
    job->report.listen_address = listen_address.str();
    job->secure = listen_address.tls;
    if (!start_thread(job)) {
        dismiss(peer.host);
        refuse(std::move(job->connection), listen_address, rejections::congestion.rejection,
               "no thread left");
    }
}

std::string Server::Core::admit(const std::string& host)
{
    const std::lock_guard lock{mutex};
    if (count >= limits.max_associations) {
        return fmt::format("{} associations are the limit", limits.max_associations);
    }
    auto& of_peer = per_peer[host];
    if (of_peer >= limits.max_associations_per_peer) {
        return fmt::format("{} associations of one peer are the limit",
                           limits.max_associations_per_peer);
    }
    ++of_peer;
    ++count;
    return {};
}

void Server::Core::dismiss(const std::string& host)
{
    const std::lock_guard lock{mutex};
    const auto found = per_peer.find(host);
    if (--found->second == 0) {
        per_peer.erase(found);
    }
    --count;
    changed.notify_all();
}

}  // namespace pacs::net
