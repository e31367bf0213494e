#pragma once

#include "base/file.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pacs {

/// Tells a service manager how we are, by the protocol of sd_notify(3): one datagram a message to
/// the socket that $NOTIFY_SOCKET names, a path or ("@name") an abstract one. Without that variable
/// every call does nothing. Messages are best effort: nobody listening is no error.
class Notifier {
public:
    /// Reads $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID, then takes them out of the
    /// environment so that no child speaks in our name. Call before threads start.
    /// Throws Error(usage) when $NOTIFY_SOCKET names no socket there can be.
    Notifier();

    bool present() const noexcept { return static_cast<bool>(socket_); }
    /// How often the manager wants alive() at the latest; half of what it allows. nullopt: never.
    std::optional<std::chrono::milliseconds> watchdog_interval() const noexcept
    {
        return interval_;
    }

    void ready(std::string_view status);      ///< READY=1: started, or done with a reload
    void reloading(std::string_view status);  ///< RELOADING=1 with the monotonic time
    void stopping(std::string_view status);   ///< STOPPING=1
    void alive();                             ///< WATCHDOG=1

private:
    void send(std::string message);

    Descriptor socket_;
    std::string address_;  ///< sun_path bytes; the first one NUL for an abstract socket
    std::optional<std::chrono::milliseconds> interval_;
};

}  // namespace pacs
