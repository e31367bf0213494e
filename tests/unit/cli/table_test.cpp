#include "cli/table.hpp"
#include "base/json_line.hpp"

#include "catch.hpp"

using pacs::JsonLine;
using pacs::cli::Table;

namespace {

Table echo_table()
{
    return Table{
        {{"node", "PEER", 10, false}, {"ms", "MS", 5, true}, {"message", "MESSAGE", 0, false}}};
}

}  // namespace

TEST_CASE("a table has its heading once and a row for each record")
{
    Table table = echo_table();
    CHECK(
        table.rows(JsonLine{"echo"}.add("node", "A@h:1").add("ms", 12).add("message", "x").str()) ==
        "PEER           MS  MESSAGE\n"
        "A@h:1          12  x\n");
    CHECK(table.rows(JsonLine{"echo"}.add("node", "B").add("message", "y").str()) ==
          "B               -  y\n");
}

TEST_CASE("columns count characters, not bytes, and long texts are not cut")
{
    Table table = echo_table();
    table.rows(JsonLine{"echo"}.add("node", "A").add("ms", 1).str());
    CHECK(table.rows(JsonLine{"echo"}.add("node", "Jörgße").add("ms", 1).str()) ==
          "Jörgße          1  -\n");
    CHECK(table.rows(JsonLine{"echo"}.add("node", "ABCDEFGHIJKLMN").add("ms", 1).str()) ==
          "ABCDEFGHIJKLMN      1  -\n");
}

TEST_CASE("records that fit no column, and summaries, become words")
{
    Table table = echo_table();
    CHECK(table.rows(JsonLine{"listening"}
                         .add("port", 104)
                         .add("aet", std::vector<std::string>{"A", "B"})
                         .str()) == "listening: port 104, aet A,B\n");
    CHECK(table.rows(JsonLine{"statistics"}.add("node", "A").add("sent", 2).str()) ==
          "statistics: node A, sent 2\n");
    CHECK(table.rows(JsonLine{"summary"}.add("message", "m").add("raw", 1).str()) ==
          "summary: message m, raw 1\n");
}

TEST_CASE("nothing in a table steers the terminal")
{
    Table table = echo_table();
    const std::string rows = table.rows(
        JsonLine{"echo"}.add("node", "\x1b]0;x\x07").add("message", "a\nb\xC2\x9B\"\\").str());
    CHECK_THAT(rows, Catch::Contains("\\u001b]0;x\\u0007"));
    CHECK_THAT(rows, Catch::Contains("a\\nb\\u009b\"\\\n"));
}

TEST_CASE("members are read back with nested values as they stand")
{
    const auto members = pacs::cli::members_of(
        JsonLine{"x"}.add_raw("o", R"({"a":[1,"}"],"b":","})").add("n", 1.5).add("t", true).str());
    REQUIRE(members.size() == 4);
    CHECK(members[0].text == "x");
    CHECK(members[1].text == R"({"a":[1,"}"],"b":","})");
    CHECK(members[2].text == "1.5");
    CHECK(members[3].text == "true");
}
