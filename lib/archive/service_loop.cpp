#include "archive/service_loop.hpp"

#include "base/deadline.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <string>

namespace pacs::archive {

namespace {

constexpr std::chrono::milliseconds housekeeping_interval{5'000};

/// Waits for the stop flag or a SIGHUP, at most until the deadline.
void wait(const ReloadSignal& reload, Deadline deadline)
{
    std::array<pollfd, 2> waits{{{.fd = StopFlag::instance().fd(), .events = POLLIN, .revents = 0},
                                 {.fd = reload.fd(), .events = POLLIN, .revents = 0}}};
    ::poll(waits.data(), waits.size(), deadline.poll_ms());
}

void take_over(Service& service, Notifier& notifier,
               const std::function<ArchivedSettings()>& read_settings)
{
    notifier.reloading("reading the configuration");
    try {
        for (const std::string& name : service.reload(read_settings())) {
            log::warning("reloading the configuration: {} changed, which needs a restart", name);
        }
        log::info("configuration reloaded");
    } catch (const Error& error) {
        log::error("reloading the configuration: {}; the old one stays", error.what());
    }
    notifier.ready("serving");
}

}  // namespace

ReloadSignal::ReloadSignal()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = Descriptor{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (!signals_) {
        throw Error(ErrorKind::storage, "preparing for SIGHUP: no descriptor left");
    }
}

bool ReloadSignal::take() noexcept
{
    bool found = false;
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
        found = true;
    }
    return found;
}

void serve(Service& service, Notifier& notifier, ReloadSignal& reload,
           const std::function<ArchivedSettings()>& read_settings)
{
    service.start();
    notifier.ready("serving");
    const auto interval = std::min(housekeeping_interval,
                                   notifier.watchdog_interval().value_or(housekeeping_interval));
    while (!StopFlag::instance().raised()) {
        wait(reload, Deadline::after(interval));
        if (reload.take()) {
            take_over(service, notifier, read_settings);
        }
        service.housekeeping();
        notifier.alive();
    }
    notifier.stopping(fmt::format("{} associations to finish", service.associations()));
    service.stop();
}

}  // namespace pacs::archive
