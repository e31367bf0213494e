#include "query/dates.hpp"

#include "catch.hpp"

#include "base/error.hpp"

using namespace pacs;
using namespace pacs::query;

namespace {

constexpr Day now{std::chrono::year{2024}, std::chrono::month{3}, std::chrono::day{31}};

}  // namespace

TEST_CASE("a day is written in digits, with dashes, by name or as how long ago it was")
{
    CHECK(date_value(parse_day("20240131", now)) == "20240131");
    CHECK(date_value(parse_day("2024-01-31", now)) == "20240131");
    CHECK(date_value(parse_day("today", now)) == "20240331");
    CHECK(date_value(parse_day("yesterday", now)) == "20240330");
    CHECK(date_value(parse_day("0d", now)) == "20240331");
    CHECK(date_value(parse_day("7d", now)) == "20240324");
    CHECK(date_value(parse_day("2w", now)) == "20240317");
    CHECK(date_value(parse_day("1y", now)) == "20230331");
}

TEST_CASE("a month ago of the 31st is the last day of a shorter month")
{
    CHECK(date_value(parse_day("1m", now)) == "20240229");
    CHECK(date_value(parse_day("4m", now)) == "20231130");
    const Day leap{std::chrono::year{2024}, std::chrono::month{2}, std::chrono::day{29}};
    CHECK(date_value(parse_day("1y", leap)) == "20230228");
}

TEST_CASE("what is no day of the calendar is refused")
{
    for (const char* text :
         {"", "20240230", "2024-13-01", "2024", "202401", "00000101", "24-01-01", "7", "d", "-7d",
          "7h", "7 d", "2024/01/31", "99999d", "9999y", "20240131 ", "2024013x", "+7d"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_day(text, now), Error);
    }
}

TEST_CASE("a span of days becomes a range key with both ends inclusive")
{
    CHECK(date_span("20240101-20240131", now) == "20240101-20240131");
    CHECK(date_span("20240101-", now) == "20240101-");
    CHECK(date_span("-20240131", now) == "-20240131");
    CHECK(date_span("2024-01-01..2024-01-31", now) == "20240101-20240131");
    CHECK(date_span("7d..today", now) == "20240324-20240331");
    CHECK(date_span("..yesterday", now) == "-20240330");
    CHECK(date_span("7d..", now) == "20240324-");
    CHECK(date_span("2024-01-31", now) == "20240131");
    CHECK(date_span("today..today", now) == "20240331");
}

TEST_CASE("a span that is none, or ends before it starts, is refused")
{
    for (const char* text : {"-", "..", "20240131-20240101", "today..yesterday", "a..b",
                             "2024-01-01-2024-01-31", "20240101-20240131-"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(date_span(text, now), Error);
    }
}

TEST_CASE("since and until make one range")
{
    CHECK(date_span("7d", "", now) == "20240324-");
    CHECK(date_span("", "20240101", now) == "-20240101");
    CHECK(date_span("20240101", "today", now) == "20240101-20240331");
    CHECK_THROWS_AS(date_span("today", "7d", now), Error);
}

TEST_CASE("today is a day of the calendar")
{
    CHECK(today().ok());
    CHECK(date_value(today()).size() == 8);
}
