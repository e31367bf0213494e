#include "cli/signals.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

namespace pacs::cli {

namespace {

sigset_t handled(bool with_reload)
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGUSR1}) {
        sigaddset(&set, number);
    }
    if (with_reload) {
        sigaddset(&set, SIGHUP);
    }
    return set;
}

}  // namespace

void SignalThread::block(bool with_reload)
{
    const sigset_t set = handled(with_reload);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

SignalThread::SignalThread(Actions actions) : actions_(std::move(actions))
{
    StopFlag::instance();
    const sigset_t set = handled(static_cast<bool>(actions_.reload));
    signals_ = Descriptor{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
    end_ = Descriptor{::eventfd(0, EFD_CLOEXEC)};
    if (!signals_ || !end_) {
        throw Error(ErrorKind::storage, "preparing to take signals: no descriptor left");
    }
    thread_ = std::thread{[this] { run(); }};
}

SignalThread::~SignalThread()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(end_.get(), &one, sizeof one);
    thread_.join();
}

void SignalThread::run()
{
    for (;;) {
        pollfd waits[2] = {{signals_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
        const auto until = ended_ ? Deadline{} : actions_.end;
        if (::poll(waits, 2, until.poll_ms()) < 0 && errno != EINTR) {
            return;
        }
        if (until.expired()) {
            end_in_time();
        }
        signalfd_siginfo info{};
        while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
            handle(static_cast<int>(info.ssi_signo));
        }
        if ((waits[1].revents & POLLIN) != 0) {
            return;
        }
    }
}

/// After a stop by signal the time means nothing any more.
void SignalThread::end_in_time()
{
    ended_ = true;
    if (!StopFlag::instance().raised()) {
        actions_.at_end();
        StopFlag::instance().raise(0);
    }
}

void SignalThread::handle(int signal_number)
{
    if (signal_number == SIGUSR1) {
        actions_.status();
    } else if (signal_number == SIGHUP) {
        actions_.reload();
    } else if (!echo_over_) {
        constexpr std::chrono::milliseconds echo_time{300};
        echo_over_ = Deadline::after(echo_time);
        StopFlag::instance().raise(signal_number);
    } else if (echo_over_->expired()) {
        constexpr int base = 128;
        ::_exit(base + signal_number);
    }
}

}  // namespace pacs::cli
