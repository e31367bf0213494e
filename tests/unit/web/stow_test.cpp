#include "web/stow.hpp"

#include "catch.hpp"

#include "base/error.hpp"
#include "web/multipart.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

using namespace pacs;
using namespace pacs::web;

namespace {

std::string read_all(StowBody& body, std::size_t piece)
{
    std::string text;
    std::vector<std::byte> buffer(piece);
    for (std::size_t count = 0; (count = body.read(buffer)) > 0;) {
        text.append(reinterpret_cast<const char*>(buffer.data()), count);
    }
    return text;
}

std::vector<std::string> parts_of(const StowBody& body, const std::string& text)
{
    std::vector<std::string> parts;
    MultipartReader reader{"x",
                           boundary_of(body.content_type()).value(),
                           {[&](const PartHeaders& headers) {
                                CHECK(headers.get("content-type") == "application/dicom");
                                parts.emplace_back();
                            },
                            [&](std::span<const std::byte> bytes) {
                                parts.back().append(reinterpret_cast<const char*>(bytes.data()),
                                                    bytes.size());
                            },
                            [] {}}};
    reader.feed(std::as_bytes(std::span{text}));
    reader.finish();
    return parts;
}

net::Piece piece_of(const std::string& text)
{
    return net::Piece{std::as_bytes(std::span{text})};
}

}  // namespace

TEST_CASE("a body holds each object as a part, and is as long as it says")
{
    const std::string head = "head";
    const std::string one(3000, 'a');
    const int file = ::memfd_create("object", MFD_CLOEXEC);
    REQUIRE(::write(file, "0123456789", 10) == 10);
    StowBody body;
    body.add({piece_of(one)});
    body.add({piece_of(head), net::Piece{net::FileRange{file, 2, 8}}});
    body.add({piece_of(std::string{})});
    body.close();
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{100'000}}) {
        body.rewind();
        const std::string text = read_all(body, piece);
        CHECK(text.size() == body.size());
        CHECK(parts_of(body, text) == std::vector<std::string>{one, "head23456789", ""});
    }
    ::close(file);
}

TEST_CASE("a file that became shorter is an error of the file")
{
    const int file = ::memfd_create("object", MFD_CLOEXEC);
    REQUIRE(::write(file, "0123", 4) == 4);
    StowBody body;
    body.add({net::Piece{net::FileRange{file, 0, 8}}});
    body.close();
    CHECK_THROWS_AS(read_all(body, 100), Error);
    ::close(file);
}

TEST_CASE("an answer names what was stored, with warnings, and what was not")
{
    const auto answer = read_stow_answer(R"({
        "00081199": {"vr": "SQ", "Value": [
            {"00081155": {"vr": "UI", "Value": ["1.1"]}},
            {"00081155": {"vr": "UI", "Value": ["1.2"]}, "00081196": {"vr": "US", "Value": [45056]}}]},
        "00081198": {"vr": "SQ", "Value": [
            {"00081155": {"vr": "UI", "Value": ["1.3"]}, "00081197": {"vr": "US", "Value": [290]}}]}})");
    REQUIRE(answer.readable);
    REQUIRE(answer.results.size() == 3);
    CHECK(answer.results[0].instance == "1.1");
    CHECK(answer.results[0].stored);
    CHECK_FALSE(answer.results[0].warning);
    CHECK(answer.results[1].warning == std::uint16_t{0xB000});
    CHECK_FALSE(answer.results[2].stored);
    CHECK(answer.results[2].failure == std::uint16_t{0x0122});
}

TEST_CASE("an answer in a list, and one with an empty sequence, are read")
{
    CHECK(read_stow_answer(R"([{"00081199":{"vr":"SQ"}}])").readable);
    CHECK(read_stow_answer(" \n{\"00081198\":{\"vr\":\"SQ\",\"Value\":[null]}}").results.size() ==
          1);
}

TEST_CASE("what is no Store Instances Response says nothing")
{
    for (const char* text :
         {"", "<?xml version=\"1.0\"?><NativeDicomModel/>", "null", "[]", "{", "}", "{}", "[{",
          "{\"error\":\"no\"}", R"({"00081199":{"vr":"SQ","Value":3}})",
          R"({"00081199":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Val)"}) {
        const auto answer = read_stow_answer(text);
        CHECK_FALSE(answer.readable);
        CHECK(answer.results.empty());
    }
    CHECK_FALSE(read_stow_answer(std::string(100'000, '[')).readable);
    std::string deep;
    for (int i = 0; i < 5000; ++i) {
        deep += R"({"00081199":{"vr":"SQ","Value":[)";
    }
    CHECK_FALSE(read_stow_answer(deep + "}").readable);
}

TEST_CASE("a failure that can pass is told from one that cannot")
{
    CHECK(stow_reason_may_pass(0xA700));
    CHECK_FALSE(stow_reason_may_pass(0xA770));
    CHECK_FALSE(stow_reason_may_pass(0x0122));
    CHECK_FALSE(stow_reason_may_pass(0xC000));
    CHECK(stow_reason(0x0122) == "SOP class not supported");
    CHECK(stow_reason(0xC345) == "cannot be understood");
    CHECK(stow_reason(0x1234) == "not known");
}
