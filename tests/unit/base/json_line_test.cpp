#include "base/json_line.hpp"

#include "catch.hpp"

#include <cstdint>
#include <limits>

using pacs::append_json_string;
using pacs::JsonLine;

namespace {

std::string json(std::string_view text)
{
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("a JSON string escapes quotes, backslashes and control characters")
{
    CHECK(json("plain") == R"("plain")");
    CHECK(json("") == R"("")");
    CHECK(json("a\"b\\c") == R"("a\"b\\c")");
    CHECK(json("\n\r\t") == R"("\n\r\t")");
    CHECK(json(std::string_view{"\0\x1b\x7f", 3}) == R"("\u0000\u001b\u007f")");
}

TEST_CASE("C1 controls, which a terminal obeys too, are escaped")
{
    CHECK(json("\xC2\x9B"
               "31m") == R"("\u009b31m")");
    CHECK(json("\xC2\xA0") == "\"\xC2\xA0\"");
}

TEST_CASE("well-formed UTF-8 stays as it is")
{
    CHECK(json("Müller^Jörg 山田 😀") == "\"Müller^Jörg 山田 😀\"");
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD one by one")
{
    const std::string bad = "\xEF\xBF\xBD";
    CHECK(json("\xFF") == "\"" + bad + "\"");
    CHECK(json("a\xC3") == "\"a" + bad + "\"");                              // cut in the middle
    CHECK(json("\xC0\xAF") == "\"" + bad + bad + "\"");                      // overlong
    CHECK(json("\xED\xA0\x80") == "\"" + bad + bad + bad + "\"");            // a surrogate
    CHECK(json("\xF4\x90\x80\x80") == "\"" + bad + bad + bad + bad + "\"");  // above U+10FFFF
    CHECK(json("M\xFCller") == "\"M" + bad + "ller\"");                      // Latin-1
}

TEST_CASE("a line starts with its type, keeps the order of its members and ends with one newline")
{
    const std::string line = JsonLine{"echo"}
                                 .add("node", "PACS@h:1")
                                 .add("count", 3)
                                 .add("big", std::numeric_limits<std::uint64_t>::max())
                                 .add("ok", true)
                                 .add("seconds", 0.25)
                                 .add("list", std::vector<std::string>{"CT", "[", "SR"})
                                 .add("none", std::vector<std::string>{})
                                 .add_raw("raw", "{\"a\":1}")
                                 .str();
    CHECK(line ==
          "{\"type\":\"echo\",\"node\":\"PACS@h:1\",\"count\":3,\"big\":18446744073709551615,"
          "\"ok\":true,\"seconds\":0.25,\"list\":[\"CT\",\"[\",\"SR\"],\"none\":[],"
          "\"raw\":{\"a\":1}}\n");
}

TEST_CASE("a number that JSON cannot say becomes null")
{
    CHECK(JsonLine{"x"}.add("v", std::numeric_limits<double>::infinity()).str() ==
          "{\"type\":\"x\",\"v\":null}\n");
    CHECK(JsonLine{"x"}.add("v", std::numeric_limits<double>::quiet_NaN()).str() ==
          "{\"type\":\"x\",\"v\":null}\n");
}

TEST_CASE("an outcome stands behind the type and can be asked for")
{
    const JsonLine line{"stored", pacs::Outcome::warning};
    CHECK(line.str() == "{\"type\":\"stored\",\"outcome\":\"warning\"}\n");
    CHECK(line.outcome() == pacs::Outcome::warning);
    CHECK_FALSE(JsonLine{"study"}.outcome());
}
