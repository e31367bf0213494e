#include "daemon/certificate_watch.hpp"

#include "base/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <utility>

namespace pacs::daemon {

namespace {

constexpr std::chrono::hours day{24};
constexpr std::chrono::hours in_time{30 * 24};

std::string date(std::int64_t seconds)
{
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

}  // namespace

void CertificateWatch::watch(std::optional<net::Certificate> certificate)
{
    const std::lock_guard lock{mutex_};
    certificate_ = std::move(certificate);
    told_.reset();
}

std::optional<std::string> CertificateWatch::look(Clock::time_point now)
{
    const std::lock_guard lock{mutex_};
    if (!certificate_ || (told_ && now < *told_ + day)) {
        return std::nullopt;
    }
    const Clock::time_point end{std::chrono::seconds{certificate_->not_after}};
    const Clock::time_point begin{std::chrono::seconds{certificate_->not_before}};
    if (begin <= now && now + in_time < end) {
        return std::nullopt;
    }
    told_ = now;
    const auto subject = log::printable(certificate_->subject);
    if (now < begin) {
        return fmt::format("our TLS certificate {} is not valid before {}", subject,
                           date(certificate_->not_before));
    }
    return end <= now ? fmt::format("our TLS certificate {} has expired on {}", subject,
                                    date(certificate_->not_after))
                      : fmt::format("our TLS certificate {} ends in {} days, on {}", subject,
                                    std::chrono::floor<std::chrono::hours>(end - now) / day,
                                    date(certificate_->not_after));
}

}  // namespace pacs::daemon
