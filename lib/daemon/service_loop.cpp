#include "daemon/service_loop.hpp"

#include "base/deadline.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace pacs::daemon {

namespace {

constexpr std::chrono::milliseconds housekeeping_interval{5'000};

/// Waits for the stop flag or a wish to reload, at most until the deadline.
void wait(const ReloadRequest& reload, Deadline deadline)
{
    std::array<pollfd, 2> waits{{{.fd = StopFlag::instance().fd(), .events = POLLIN, .revents = 0},
                                 {.fd = reload.fd(), .events = POLLIN, .revents = 0}}};
    ::poll(waits.data(), waits.size(), deadline.poll_ms());
}

void take_over(Service& service, Notifier& notifier,
               const std::function<Configuration()>& read_configuration)
{
    notifier.reloading("reading the configuration");
    try {
        for (const std::string& name : service.reload(read_configuration())) {
            log::warning("reloading the configuration: {} changed, which needs a restart", name);
        }
        log::info("configuration reloaded");
    } catch (const Error& error) {
        log::error("reloading the configuration: {}; the old one stays", error.what());
    }
    notifier.ready("serving");
}

}  // namespace

ReloadRequest::ReloadRequest() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!event_) {
        throw Error(ErrorKind::storage, "preparing for SIGHUP: no descriptor left");
    }
}

void ReloadRequest::raise() noexcept
{
    ::eventfd_write(event_.get(), 1);
}

bool ReloadRequest::take() noexcept
{
    eventfd_t count = 0;
    return ::eventfd_read(event_.get(), &count) == 0;
}

void serve(Service& service, Notifier& notifier, ReloadRequest& reload,
           const std::function<Configuration()>& read_configuration)
{
    service.start();
    notifier.ready("serving");
    const auto interval = std::min(housekeeping_interval,
                                   notifier.watchdog_interval().value_or(housekeeping_interval));
    while (!StopFlag::instance().raised()) {
        wait(reload, Deadline::after(interval));
        if (reload.take()) {
            take_over(service, notifier, read_configuration);
        }
        service.housekeeping();
        notifier.alive();
    }
    notifier.stopping(fmt::format("{} associations to finish", service.associations()));
    service.stop();
}

}  // namespace pacs::daemon
