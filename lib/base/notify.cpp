#include "base/notify.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace pacs {

namespace {

/// The variable's value, which is then gone from the environment.
std::string take_variable(const char* name)
{
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before threads start
    std::string text = value == nullptr ? "" : value;
    unsetenv(name);
    return text;
}

std::optional<long long> number(const std::string& text)
{
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// sd_watchdog_enabled(3): the wish counts only for the process it names, when it names one.
std::optional<std::chrono::milliseconds> take_watchdog()
{
    const auto period_us = number(take_variable("WATCHDOG_USEC"));
    const std::string pid_text = take_variable("WATCHDOG_PID");
    const bool ours = pid_text.empty() || number(pid_text) == std::optional<long long>{getpid()};
    if (!ours || !period_us || *period_us <= 0) {
        return std::nullopt;
    }
    return std::chrono::milliseconds{std::max(*period_us / 2000, 1LL)};
}

/// The bytes of sun_path: a path with its NUL, or an abstract name with a NUL in front.
std::string socket_address(const std::string& name)
{
    if (name.empty()) {
        return {};
    }
    const bool sound = (name[0] == '/' || name[0] == '@') && name.size() > 1 &&
                       name.size() < sizeof(sockaddr_un::sun_path);
    if (!sound) {
        throw Error(ErrorKind::usage,
                    fmt::format("reading $NOTIFY_SOCKET: '{}' names no unix socket", name));
    }
    std::string address = name;
    if (name[0] == '@') {
        address[0] = '\0';
    } else {
        address.push_back('\0');
    }
    return address;
}

std::string status_line(std::string_view status)
{
    std::string line = "\nSTATUS=";
    std::ranges::replace_copy(status, std::back_inserter(line), '\n', ' ');
    return line;
}

long long monotonic_us()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

Notifier::Notifier() : interval_(take_watchdog())
{
    address_ = socket_address(take_variable("NOTIFY_SOCKET"));
    if (!address_.empty()) {
        // A full queue must not lose READY=1, nor a dead manager hang us: wait, but not for long.
        const timeval patience{.tv_sec = 1, .tv_usec = 0};
        socket_ = Descriptor{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
}

void Notifier::send(std::string message)
{
    if (!present()) {
        return;
    }
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, address_.data(), address_.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&to), length);
}

void Notifier::ready(std::string_view status)
{
    send("READY=1" + status_line(status));
}

void Notifier::reloading(std::string_view status)
{
    send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_us()) + status_line(status));
}

void Notifier::stopping(std::string_view status)
{
    send("STOPPING=1" + status_line(status));
}

void Notifier::alive()
{
    send("WATCHDOG=1");
}

}  // namespace pacs
