#include "web/http_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <utility>

namespace pacs::web {

namespace {

using net::PeerFault;

constexpr std::uint8_t for_good = 1;  // result of an A-ASSOCIATE-RJ, PS3.8 9.3.4
constexpr std::uint8_t for_now = 2;

PeerFault fault_of(unsigned status) noexcept
{
    return status == 401 || status == 403 || status == 407 ? PeerFault::unauthorized
                                                           : PeerFault::rejected;
}

struct Phrase {
    unsigned status;
    std::string_view words;
};

constexpr std::array<Phrase, 33> phrases{{{200, "OK"},
                                          {202, "Accepted"},
                                          {204, "No Content"},
                                          {206, "Partial Content"},
                                          {301, "Moved Permanently"},
                                          {302, "Found"},
                                          {303, "See Other"},
                                          {304, "Not Modified"},
                                          {307, "Temporary Redirect"},
                                          {308, "Permanent Redirect"},
                                          {400, "Bad Request"},
                                          {401, "Unauthorized"},
                                          {403, "Forbidden"},
                                          {404, "Not Found"},
                                          {405, "Method Not Allowed"},
                                          {406, "Not Acceptable"},
                                          {407, "Proxy Authentication Required"},
                                          {408, "Request Timeout"},
                                          {409, "Conflict"},
                                          {410, "Gone"},
                                          {411, "Length Required"},
                                          {413, "Content Too Large"},
                                          {414, "URI Too Long"},
                                          {415, "Unsupported Media Type"},
                                          {422, "Unprocessable Content"},
                                          {429, "Too Many Requests"},
                                          {431, "Request Header Fields Too Large"},
                                          {500, "Internal Server Error"},
                                          {501, "Not Implemented"},
                                          {502, "Bad Gateway"},
                                          {503, "Service Unavailable"},
                                          {504, "Gateway Timeout"},
                                          {507, "Insufficient Storage"}}};

/// The three forms of RFC 9110 5.6.7; the zone is always GMT.
std::optional<std::time_t> parse_date(const std::string& text)
{
    for (const char* form :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
        std::tm parts{};
        const char* const end = ::strptime(text.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') {
            return ::timegm(&parts);
        }
    }
    return std::nullopt;
}

}  // namespace

HttpError::HttpError(unsigned status, const std::string& message, std::string hint)
    : PeerError(fault_of(status), net::PeerStage::answer, message,
                web::may_pass(status) ? for_now : for_good, 0, 0, std::move(hint)),
      status_(status)
{
}

std::string_view reason_phrase(unsigned status) noexcept
{
    const auto* const found =
        std::find_if(phrases.begin(), phrases.end(),
                     [status](const Phrase& each) { return each.status == status; });
    return found == phrases.end() ? std::string_view{} : found->words;
}

bool may_pass(unsigned status) noexcept
{
    constexpr std::array<unsigned, 7> passing{408, 425, 429, 500, 502, 503, 504};
    return std::find(passing.begin(), passing.end(), status) != passing.end();
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::system_clock::time_point now)
{
    constexpr std::uint64_t longest = 366ULL * 86'400;
    if (value.empty() || value.size() > 64) {
        return std::nullopt;
    }
    if (value.find_first_not_of("0123456789") == std::string_view::npos) {
        std::uint64_t seconds = longest;  // kept when the number is too large
        std::from_chars(value.data(), value.data() + value.size(), seconds);
        return std::chrono::seconds{std::min(seconds, longest)};
    }
    const auto at = parse_date(std::string{value});
    if (!at) {
        return std::nullopt;
    }
    // in seconds: the clock's own nanoseconds end in 2262
    const auto left = *at - std::chrono::system_clock::to_time_t(now);
    return std::chrono::seconds{std::clamp<std::time_t>(left, 0, longest)};
}

}  // namespace pacs::web
