#include "catch.hpp"

#include "dump/json_objects.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

using namespace pacs;

namespace {

/// Texts of the objects in `json`, or their defects in <>.
std::vector<std::string> cut(const std::string& json, const dump::JsonObjectLimits& limits = {})
{
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    std::fwrite(json.data(), 1, json.size(), file);
    std::rewind(file);
    stream::Input input{fileno(file), "test"};
    dump::JsonObjects objects{input, limits};
    std::vector<std::string> found;
    while (const auto object = objects.next()) {
        found.push_back(object->defect.empty() ? object->text : "<" + object->defect + ">");
    }
    std::fclose(file);
    return found;
}

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("objects come one by one out of lines, lists and white space")
{
    CHECK(cut("") == List{});
    CHECK(cut(" \n[ ]\n") == List{});
    CHECK(cut("{\"a\":1}") == List{"{\"a\":1}"});
    CHECK(cut("{\"a\":{}}\n{\"b\":[{}]}\n") == List{"{\"a\":{}}", "{\"b\":[{}]}"});
    CHECK(cut("[{\"a\":1},\n {\"b\":2}]") == List{"{\"a\":1}", "{\"b\":2}"});
}

TEST_CASE("brackets and quotes inside text count nothing")
{
    CHECK(cut(R"({"a":"}]{[\"\\"}{})") == List{R"({"a":"}]{[\"\\"})", "{}"});
}

TEST_CASE("an object that is cut off, too long or too deep is a defect, and the next one is there")
{
    CHECK(cut("{\"a\":") == List{"<cut off before its end>"});
    CHECK(cut("{\"aaaaaaaaaaaaaaaaaaaaa\":1}\n{}", {.bytes = 20}) ==
          List{"<longer than 20 bytes>", "{}"});
    CHECK(cut("{\"a\":[[[]]]}{}", {.depth = 3}) == List{"<nested deeper than 3 brackets>", "{}"});
    CHECK(cut("{\"a\":{\"b\":1}\n{}") == List{"<not closed before the next one begins>", "{}"});
}

TEST_CASE("a line that is no object is passed over with a word, input that begins so is none")
{
    CHECK(cut("{}\nhello {}\n[{}]") ==
          List{"{}", "<neither a JSON object nor a list of them>", "{}"});
    CHECK(cut("hello\n{}\n{}") == List{"<neither a JSON object nor a list of them>"});
}
