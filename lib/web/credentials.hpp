#pragma once

#include "base/deadline.hpp"
#include "base/settings.hpp"
#include "web/url.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pacs::web {

/// How we identify to a service: a bearer token (RFC 6750) from a file or a program, a user with a
/// passcode (basic, RFC 7617), or not at all. Thread-safe. What is secret is in no message.
class Credentials {
public:
    /// Nothing at all.
    Credentials() = default;
    /// What the settings name, for `url`. Throws Error(usage) when they name two ways, a user with
    /// a colon, a token file or passcode that read_secret() refuses, and, unless
    /// `settings.plain_auth`, for a service that would be reached by plain http on another machine.
    /// A program is not run before the first header().
    Credentials(const PeerSettings& settings, const ServiceUrl& url);

    bool present() const noexcept { return way_ != Way::none; }
    /// The line of a request, "Authorization: ..."; empty when there is nothing to say. Runs the
    /// program when there is no token yet, within `deadline` and 30 seconds at most. Throws
    /// Error(usage) when it fails, or what it wrote is no token.
    std::string header(Deadline deadline);
    /// The service refused what `used` said (401): true when another header is to be had, which
    /// header() then gives: the file is read, or the program run, anew, and says something else.
    bool renew(const std::string& used, Deadline deadline);

private:
    enum class Way : std::uint8_t { none, basic, file, command };
    std::string read_token(Deadline deadline) const;

    Way way_ = Way::none;
    std::filesystem::path token_file_;
    std::vector<std::string> command_;
    std::mutex mutex_;
    std::string header_;  ///< empty: to be made
};

}  // namespace pacs::web
