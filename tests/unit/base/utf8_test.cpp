#include "base/utf8.hpp"

#include "catch.hpp"

TEST_CASE("UTF-8 is told from what only looks like it")
{
    CHECK(pacs::is_utf8(""));
    CHECK(pacs::is_utf8("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"));
    CHECK(pacs::is_utf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
    for (const std::string_view bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF",
          "\xED\xA0\x80", "\xE2\x82", "\xE2\x41\x82", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80", "\xF1\x80\x80", "\xFE", "\xFF"}) {
        CHECK_FALSE(pacs::is_utf8(bad));
    }
}
