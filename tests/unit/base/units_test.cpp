#include "base/units.hpp"
#include "base/error.hpp"

#include "catch.hpp"

#include <limits>

using namespace std::chrono_literals;
using pacs::DiskShare;
using pacs::Error;

TEST_CASE("durations are read with their unit, and bare numbers are seconds")
{
    CHECK(pacs::parse_duration("250ms") == 250ms);
    CHECK(pacs::parse_duration("30") == 30s);
    CHECK(pacs::parse_duration("30s") == 30s);
    CHECK(pacs::parse_duration("5m") == 5min);
    CHECK(pacs::parse_duration("2 h") == 2h);
    CHECK(pacs::parse_duration("7d") == 168h);
    CHECK(pacs::parse_duration("1.5h") == 90min);
    CHECK(pacs::parse_duration("0.2ms") == 1ms);  // never rounded to nothing
    CHECK(pacs::parse_duration("0") == 0ms);
}

TEST_CASE("what is no duration is refused")
{
    for (const char* text : {"", "s", "5 parsecs", "-5s", "5.s", ".5s", "1e3", "1.2.3", "36501d",
                             "99999999999999999999999999", "5ss", "nan", "inf", "0x10"}) {
        CHECK_THROWS_AS(pacs::parse_duration(text), Error);
    }
    CHECK_THROWS_WITH(pacs::parse_duration("5\x1bm"),
                      Catch::Contains("'5\\x1bm' is not a duration"));
}

TEST_CASE("sizes count in thousands, and in 1024s only when they say so")
{
    CHECK(pacs::parse_size("4096") == 4096);
    CHECK(pacs::parse_size("10GB") == 10'000'000'000ULL);
    CHECK(pacs::parse_size("10G") == 10'000'000'000ULL);
    CHECK(pacs::parse_size("2kb") == 2000);
    CHECK(pacs::parse_size("64KiB") == 65536);
    CHECK(pacs::parse_size("64 kib") == 65536);
    CHECK(pacs::parse_size("2GiB") == 2147483648ULL);
    CHECK(pacs::parse_size("1.5TB") == 1'500'000'000'000ULL);
    CHECK(pacs::parse_size("7b") == 7);
    for (const char* text : {"", "GB", "-1", "1XB", "1bb", "1 G B", "99999999TB", "1e9"}) {
        CHECK_THROWS_AS(pacs::parse_size(text), Error);
    }
}

TEST_CASE("numbers are whole, unsigned and bounded")
{
    CHECK(pacs::parse_number("0", 10) == 0);
    CHECK(pacs::parse_number("10", 10) == 10);
    CHECK(pacs::parse_number("18446744073709551615", std::numeric_limits<std::uint64_t>::max()) ==
          std::numeric_limits<std::uint64_t>::max());
    for (const char* text : {"", "11", "-1", "+1", "1.0", " 1", "1 ", "18446744073709551616"}) {
        CHECK_THROWS_AS(pacs::parse_number(text, 10), Error);
    }
}

TEST_CASE("a flag is true or false and nothing else")
{
    CHECK(pacs::parse_bool("true"));
    CHECK_FALSE(pacs::parse_bool("false"));
    CHECK_THROWS_AS(pacs::parse_bool("yes"), Error);
}

TEST_CASE("a share of a disk is a size or percent")
{
    CHECK(pacs::parse_disk_share("5%") == DiskShare{0, 5});
    CHECK(pacs::parse_disk_share("5%").of(1000) == 50);
    CHECK(pacs::parse_disk_share("10GB").of(1000) == 10'000'000'000ULL);
    CHECK(pacs::parse_disk_share("0%").of(1000) == 0);
    for (const char* text : {"%", "101%", "5 %%", "5x%"}) {
        CHECK_THROWS_AS(pacs::parse_disk_share(text), Error);
    }
}

TEST_CASE("sizes and times are short for people")
{
    CHECK(pacs::size_text(0) == "0 B");
    CHECK(pacs::size_text(999) == "999 B");
    CHECK(pacs::size_text(1000) == "1.00 kB");
    CHECK(pacs::size_text(6640) == "6.64 kB");
    CHECK(pacs::size_text(99'960) == "100 kB");
    CHECK(pacs::size_text(999'600) == "1.00 MB");
    CHECK(pacs::size_text(std::numeric_limits<std::uint64_t>::max()) == "18.4 EB");
    CHECK(pacs::duration_text(7s) == "0:07");
    CHECK(pacs::duration_text(754s) == "12:34");
    CHECK(pacs::duration_text(3723s) == "1:02:03");
    CHECK(pacs::duration_text(3 * 24h + 4h + 5min) == "3 d 04:05");
}

TEST_CASE("the value of a duration is read again as what it was")
{
    for (const auto span : {0ms, 1ms, 250ms, 1000ms, 1500ms, 60'000ms, 3'600'000ms, 86'400'000ms}) {
        CHECK(pacs::parse_duration(pacs::duration_value(span)) == span);
    }
    CHECK(pacs::duration_value(90s) == "90s");
    CHECK(pacs::duration_value(24h) == "24h");
    CHECK(pacs::duration_value(1500ms) == "1500ms");
}
