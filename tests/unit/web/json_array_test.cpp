#include "web/json_array.hpp"

#include "catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace pacs;
using namespace pacs::web;

namespace {

std::vector<std::string> elements_of(const std::string& text, std::size_t piece,
                                     const JsonArray::Limits& limits = {100, 5})
{
    std::vector<std::string> elements;
    JsonArray array{"x",
                    [&](std::string&& element, std::string_view defect) {
                        elements.push_back(element + std::string{defect.empty() ? "" : "!"});
                    },
                    limits};
    for (std::size_t at = 0; at < text.size(); at += piece) {
        array.feed(std::as_bytes(std::span{text}.subspan(at, std::min(piece, text.size() - at))));
    }
    array.finish();
    return elements;
}

std::vector<std::string> elements_of(const std::string& text)
{
    const auto whole = elements_of(text, text.size() + 1);
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        REQUIRE(elements_of(text, piece) == whole);
    }
    return whole;
}

net::PeerFault fault_of(const std::string& text)
{
    try {
        (void)elements_of(text, 3);
    } catch (const net::PeerError& error) {
        return error.fault();
    }
    return net::PeerFault::stopped;
}

using Elements = std::vector<std::string>;

}  // namespace

TEST_CASE("the elements of an array come out one by one, in whatever pieces it comes")
{
    CHECK(elements_of(" [ {\"a\":1} ,\n{\"b\":[{\"c\":\"]},{\\\"[\"}]}\t] \n") ==
          Elements{"{\"a\":1}", "{\"b\":[{\"c\":\"]},{\\\"[\"}]}"});
    CHECK(elements_of("[]").empty());
    CHECK(elements_of("[ ]\n").empty());
    CHECK(elements_of("").empty());
    CHECK(elements_of(" \r\n").empty());
}

TEST_CASE("an element that is too long or too deep is passed over, and the next one is taken")
{
    CHECK(elements_of("[{\"a\":\"" + std::string(200, 'x') + "\"},{\"b\":1}]") ==
          Elements{"!", "{\"b\":1}"});
    CHECK(elements_of("[{\"a\":[[[[[[1]]]]]]},{\"b\":1}]") == Elements{"!", "{\"b\":1}"});
}

TEST_CASE("what is no array of objects is refused")
{
    for (const char* text : {"{}", "null", "[1]", "[{},]", "[,{}]", "[{}{}]", "[{}]]", "[{}] x",
                             "<html>", "[\"a\"]", "[[]]"}) {
        CHECK(fault_of(text) == net::PeerFault::protocol_violation);
    }
}

TEST_CASE("an array that is cut off is told")
{
    for (const char* text : {"[", "[{", "[{}", "[{},", "[{\"a\":\"", "[{\"a\":\"}]"}) {
        CHECK(fault_of(text) == net::PeerFault::connection_lost);
    }
}
