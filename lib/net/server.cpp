#include "net/server.hpp"

#include "base/error.hpp"
#include "net/server_core.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace pacs::net {

namespace {

Descriptor make_event()
{
    Descriptor event{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (!event) {
        throw Error(ErrorKind::storage, fmt::format("starting a server: {}", std::strerror(errno)));
    }
    return event;
}

void raise_event(const Descriptor& event) noexcept
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event.get(), &one, sizeof one);
}

}  // namespace

std::string_view to_string(AssociationOutcome outcome) noexcept
{
    switch (outcome) {
    case AssociationOutcome::released: return "released";
    case AssociationOutcome::aborted_by_peer: return "aborted_by_peer";
    case AssociationOutcome::aborted_by_us: return "aborted_by_us";
    case AssociationOutcome::rejected: return "rejected";
    case AssociationOutcome::refused: return "refused";
    case AssociationOutcome::timed_out: return "timed_out";
    case AssociationOutcome::tls_failed: return "tls_failed";
    case AssociationOutcome::connection_lost: return "connection_lost";
    }
    return "unknown";
}

Server::Core::Core(std::span<const ListenAddress> addresses, Application& app,
                   const ServerLimits& server_limits)
    : application(app),
      listeners(listen_on(addresses)),
      reserve(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
      accept_wake(make_event()),
      hard_stop(make_event()),
      limits(server_limits)
{
    for (const auto& listener : listeners) {
        bound.push_back(listener.address());
    }
}

void Server::Core::raise_hard_stop()
{
    stop.stopping = true;
    raise_event(hard_stop);
    const std::lock_guard lock{mutex};
    for (const auto& replies : serving) {
        replies->wake();
    }
}

Server::Server(std::span<const ListenAddress> addresses, Application& application,
               const ServerLimits& limits)
    : core_(std::make_shared<Core>(addresses, application, limits))
{
}

Server::~Server()
{
    stop(std::chrono::milliseconds{0});
}

std::vector<ListenAddress> Server::addresses() const
{
    return core_->bound;
}

void Server::start()
{
    core_->acceptor = std::thread{[core = core_.get()] { core->accept_loop(); }};
}

void Server::set_limits(const ServerLimits& limits)
{
    const std::lock_guard lock{core_->mutex};
    core_->limits = limits;
}

void Server::set_tls(std::shared_ptr<const TlsContext> tls)
{
    const std::lock_guard lock{core_->mutex};
    core_->tls = std::move(tls);
}

void Server::stop(std::chrono::milliseconds grace)
{
    auto& core = *core_;
    core.stop.draining = true;
    raise_event(core.accept_wake);
    if (core.acceptor.joinable()) {
        core.acceptor.join();
    }
    core.listeners.clear();
    std::unique_lock lock{core.mutex};
    for (const auto& replies : core.serving) {
        replies->wake();
    }
    // those that still negotiate have nothing to finish
    core.changed.wait_for(lock, grace, [&] { return core.serving.empty(); });
    lock.unlock();
    core.raise_hard_stop();
    lock.lock();
    core.changed.wait(lock, [&] { return core.count == 0; });
}

std::size_t Server::associations() const noexcept
{
    const std::lock_guard lock{core_->mutex};
    return core_->count;
}

}  // namespace pacs::net
