#include "base/base64.hpp"
#include "catch.hpp"

using pacs::base64;
using pacs::from_base64;

TEST_CASE("any bytes come back from base64, RFC 4648 section 10 included")
{
    for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\xFF\xFE\x80"}) {
        CHECK(from_base64(base64(text)) == text);
    }
    CHECK(base64("fooba") == "Zm9vYmE=");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64(std::string("\0\377\376", 3)) == "AP/+");
    std::string text = ">";
    pacs::append_base64(text, "foo");
    CHECK(text == ">Zm9v");
}

TEST_CASE("what base64 would not have written is refused")
{
    for (const char* text :
         {"Zg", "Zg=", "Zh==", "Zg==Zg==", "Z g=", "=", "Zm9v\n", "-_8=", "Z===", "====", "Zm=v"}) {
        CHECK_FALSE(from_base64(text));
    }
}
