#include "catch.hpp"

#include "dump/bulk_uri.hpp"

using namespace pacs::dump;

TEST_CASE("a reference is the URI of a file, whatever bytes its name has")
{
    CHECK(bulk_uri("/srv/a b%\n.dcm", {12, 34, true}) ==
          "file:///srv/a%20b%25%0A.dcm?offset=12&length=34");
    CHECK(bulk_uri("/srv/x/../y", {0, 1, true}) == "file:///srv/y?offset=0&length=1");
}

TEST_CASE("a reference is read back as it was written")
{
    const auto place = parse_bulk_uri(bulk_uri("/srv/a b%\n\xFF.dcm", {12, 34, true}));
    REQUIRE(place);
    CHECK(place->file == "/srv/a b%\n\xFF.dcm");
    CHECK(place->range.offset == 12);
    CHECK(place->range.length == 34);
}

TEST_CASE("a file URI without query is the whole file, with one slash or with localhost too")
{
    for (const char* uri : {"file:///a/b", "file:/a/b", "file://localhost/a/b"}) {
        CAPTURE(uri);
        REQUIRE(parse_bulk_uri(uri));
        CHECK(parse_bulk_uri(uri)->file == "/a/b");
        CHECK(parse_bulk_uri(uri)->range.length == 0);
    }
}

TEST_CASE("anything else is no reference to a file")
{
    for (const char* uri :
         {"", "a", "http://host/a", "file:a", "file://host/a", "file:////host/a", "file:///a%",
          "file:///a%0", "file:///a%00", "file:///a%zz", "file:///a?offset=1", "file:///a?length=1",
          "file:///a?offset=1&length=-1", "file:///a?offset=1&offset=2&length=3",
          "file:///a?offset=1&length=99999999999999999999", "file:///a?x=1"}) {
        CAPTURE(uri);
        CHECK_FALSE(parse_bulk_uri(uri));
    }
}
