#pragma once

#include "net/peer_error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pacs::web {

/// A service answered, but not with what it was asked for. The fault is `unauthorized` for 401, 403
/// and 407, else `rejected`; transient() says whether the same request may succeed later.
class HttpError : public net::PeerError {
public:
    HttpError(unsigned status, const std::string& message, std::string hint = {});
    unsigned status() const noexcept { return status_; }

private:
    unsigned status_;
};

/// "Not Found"; empty for what RFC 9110 and 6585 do not have.
std::string_view reason_phrase(unsigned status) noexcept;
/// 408, 425, 429, 500, 502, 503 and 504: what can pass.
bool may_pass(unsigned status) noexcept;

/// The value of a Retry-After line, RFC 9110 10.2.3: seconds, or one of the three forms of an HTTP
/// date, of which `now` is taken. nullopt for anything else; what is past is 0.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::system_clock::time_point now);

}  // namespace pacs::web
