#pragma once

#include "net/tls.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace pacs::daemon {

/// Tells in time that our own certificate ends: when it is taken into use, and once a day, from
/// thirty days before. Thread-safe.
class CertificateWatch {
public:
    using Clock = std::chrono::system_clock;

    /// From now on it is this one; nothing: we have none.
    void watch(std::optional<net::Certificate> certificate);
    /// The warning that is due, at most one a day for a certificate.
    std::optional<std::string> look(Clock::time_point now = Clock::now());

private:
    std::mutex mutex_;
    std::optional<net::Certificate> certificate_;
    std::optional<Clock::time_point> told_;
};

}  // namespace pacs::daemon
