#include "stream/record.hpp"

#include "catch.hpp"

#include <string>

using pacs::stream::Member;
using pacs::stream::Record;
using pacs::stream::RecordReader;

TEST_CASE("a flat record keeps every member as it stood, in its order")
{
    RecordReader reader;
    const Record record = reader.parse(
        R"({"type":"instance", "path":"/a b.dcm" ,"deep":{"x":[1,{"y":"}]\"{"}]},"n":1.50,"z":null})");
    REQUIRE(record.kind == Record::Kind::object);
    const std::vector<Member> expected{{"type", R"("instance")"},
                                       {"path", R"("/a b.dcm")"},
                                       {"deep", R"({"x":[1,{"y":"}]\"{"}]})"},
                                       {"n", "1.50"},
                                       {"z", "null"}};
    CHECK(record.members == expected);
    CHECK(record.get("path") == "/a b.dcm");
    CHECK(record.get("n").empty());
    CHECK(record.get("absent").empty());
}

TEST_CASE("escapes are undone in what is asked for and kept in what passes through")
{
    RecordReader reader;
    const Record record = reader.parse(R"({"pa\u0074h":"a\nb\u001b\u00e9\ud83d\ude00"})");
    REQUIRE(record.members.size() == 1);
    CHECK(record.members[0].name == "path");
    CHECK(record.members[0].json == R"("a\nb\u001b\u00e9\ud83d\ude00")");
    CHECK(record.get("path") == "a\nb\x1b\xc3\xa9\xf0\x9f\x98\x80");
}

TEST_CASE("raw control characters that JSON allows do not pass through raw")
{
    RecordReader reader;
    const Record record = reader.parse("{\"a\":\"x\x7fy\xc2\x9bz\"}");
    REQUIRE(record.members.size() == 1);
    CHECK(record.members[0].json == R"("x\u007fy\u009bz")");
}

TEST_CASE("DICOM JSON answers to keywords")
{
    RecordReader reader;
    const Record record = reader.parse(
        R"({"00080018":{"vr":"UI","Value":["1.2.3"]},"0020000D":{"vr":"UI","Value":[]}})");
    CHECK(record.get("SOPInstanceUID") == "1.2.3");
    CHECK(record.get("StudyInstanceUID").empty());
}

TEST_CASE("a list answers with its first text")
{
    RecordReader reader;
    CHECK(reader.parse(R"({"a":["x","y"]})").get("a") == "x");
}

TEST_CASE("bare words are UIDs or paths")
{
    RecordReader reader;
    CHECK(reader.parse("1.2.840.1\n").kind == Record::Kind::uid);
    CHECK(reader.parse("1.2.840.1\r\n").text == "1.2.840.1");
    const Record path = reader.parse("  /data/with space.dcm\n");
    CHECK(path.kind == Record::Kind::path);
    CHECK(path.text == "/data/with space.dcm");
    CHECK(reader.parse("").kind == Record::Kind::path);
    CHECK(reader.parse("-rf").text == "-rf");
}

TEST_CASE("what starts like JSON and is not is malformed with a reason, never an exception")
{
    RecordReader reader;
    for (const char* line :
         {"{", "{}}", "[1]", "{\"a\":1e9999}", "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", "{\"a\" 1}",
          "{'a':1}", "{\"a\":01}", "[{\"a\":1}]", "{\"a\":\"\\ud800\"}"}) {
        INFO(line);
        const Record record = reader.parse(line);
        CHECK(record.kind == Record::Kind::malformed);
        CHECK_FALSE(record.text.empty());
        CHECK(record.members.empty());
    }
}

TEST_CASE("nesting and length have caps")
{
    RecordReader reader{{.line_bytes = 1000, .depth = 8}};
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    };
    CHECK(reader.parse(nested(6)).kind == Record::Kind::object);
    CHECK(reader.parse(nested(9)).kind == Record::Kind::malformed);
    CHECK(reader.parse("{\"a\":\"" + std::string(1000, 'x') + "\"}").kind ==
          Record::Kind::malformed);
    RecordReader wide;
    CHECK(wide.parse(nested(60)).kind == Record::Kind::object);
    CHECK(wide.parse(nested(65)).kind == Record::Kind::malformed);
    CHECK(wide.parse("{\"a\":\"" + std::string(100'000, 'x') + "\"}").get("a").size() == 100'000);
    CHECK(wide.parse(nested(65)).kind == Record::Kind::malformed);
}

TEST_CASE("an empty object is a record without members")
{
    RecordReader reader;
    CHECK(reader.parse(" {} ").kind == Record::Kind::object);
    CHECK(reader.parse("{}").members.empty());
}
