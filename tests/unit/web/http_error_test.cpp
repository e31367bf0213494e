#include "web/http_error.hpp"

#include "catch.hpp"

#include <chrono>

using namespace pacs;
using namespace pacs::web;
using std::chrono::seconds;

TEST_CASE("Retry-After is a number of seconds or one of three kinds of date")
{
    const auto now = std::chrono::system_clock::from_time_t(784'111'777);  // 06 Nov 1994 08:49:37
    CHECK(parse_retry_after("120", now) == seconds{120});
    CHECK(parse_retry_after("0", now) == seconds{0});
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == seconds{60});
    CHECK(parse_retry_after("Sunday, 06-Nov-94 08:50:37 GMT", now) == seconds{60});
    CHECK(parse_retry_after("Sun Nov  6 08:50:37 1994", now) == seconds{60});
}

TEST_CASE("a date that is past means at once")
{
    const auto now = std::chrono::system_clock::from_time_t(2'000'000'000);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == seconds{0});
}

TEST_CASE("a Retry-After that is none is no wish, and one beyond a year is a year")
{
    const auto now = std::chrono::system_clock::from_time_t(784'111'777);
    for (const char* text : {"", "soon", "-1", "1.5", "120 s", "Sun, 06 Nov 1994", "12a",
                             "Sun, 06 Nov 1994 08:50:37 CET", "0x10"}) {
        CHECK_FALSE(parse_retry_after(text, now));
    }
    CHECK_FALSE(parse_retry_after(std::string(100, '1'), now));
    CHECK(parse_retry_after("99999999999999999999999", now) == seconds{366L * 86'400});
    CHECK(parse_retry_after("Sun, 06 Nov 2994 08:50:37 GMT", now) == seconds{366L * 86'400});
}

TEST_CASE("an HTTP error says by its fault and nature what can be done about it")
{
    CHECK(HttpError{401, "x"}.fault() == net::PeerFault::unauthorized);
    CHECK(HttpError{403, "x"}.fault() == net::PeerFault::unauthorized);
    CHECK(HttpError{404, "x"}.fault() == net::PeerFault::rejected);
    CHECK_FALSE(HttpError{401, "x"}.transient());
    CHECK_FALSE(HttpError{404, "x"}.transient());
    CHECK(HttpError{429, "x"}.transient());
    CHECK(HttpError{503, "x"}.transient());
    CHECK(HttpError{503, "x"}.kind() == ErrorKind::peer);
}

TEST_CASE("statuses have their phrases, unknown ones none")
{
    CHECK(reason_phrase(404) == "Not Found");
    CHECK(reason_phrase(429) == "Too Many Requests");
    CHECK(reason_phrase(299).empty());
}
