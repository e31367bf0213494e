#include "stream/source.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"
#include "stream/object_head.hpp"
#include "stream/tar_writer.hpp"
#include "support.hpp"

#include "catch.hpp"

#include <sys/stat.h>

#include <string>
#include <vector>

using namespace pacs::stream;
using pacs::Error;
using State = Item::State;

namespace {

std::vector<Item> all_of(Source& source)
{
    std::vector<Item> items;
    while (auto item = source.next()) {
        items.push_back(std::move(*item));
    }
    return items;
}

std::vector<Item> items_of(std::vector<std::string> words, const std::string& standard_input = {})
{
    const test::Feed feed{standard_input};
    SourceOptions options;
    options.standard_input = feed.fd();
    Source source{std::move(words), options};
    return all_of(source);
}

std::string instance_of(Item& item)
{
    return read_object_head(item.open()).sop_instance_uid;
}

}  // namespace

TEST_CASE("a folder is walked in byte order, oddities are skipped, odd names survive")
{
    const test::Scratch scratch;
    scratch.write("b/2.dcm", "x");
    scratch.write("b/1.dcm", "x");
    scratch.write("a\n\x1b\xff/-rf", "x");
    scratch.write("c.dcm", "x");
    REQUIRE(::mkfifo((scratch.path() / "pipe").c_str(), 0600) == 0);
    std::filesystem::create_directory_symlink("..", scratch.path() / "b" / "loop");
    std::filesystem::create_symlink("1.dcm", scratch.path() / "b" / "to_file");
    std::filesystem::create_symlink("nowhere", scratch.path() / "dangling");
    const auto items = items_of({scratch.path().string()});
    const std::string top = scratch.path().string() + "/";
    std::vector<std::string> seen;
    seen.reserve(items.size());
    for (const Item& item : items) {
        seen.push_back(item.name.substr(top.size()) +
                       (item.state == State::skipped ? " " + item.reason : ""));
    }
    CHECK(seen == std::vector<std::string>{"a\n\x1b\xff/-rf", "b/1.dcm", "b/2.dcm",
                                           "b/loop not_a_file", "b/to_file", "c.dcm",
                                           "dangling not_a_file", "pipe not_a_file"});
    CHECK_FALSE(items[0].named);
}

TEST_CASE("what the user named and is not there is a failed item, the rest goes on")
{
    const test::Scratch scratch;
    const std::string good = scratch.write("good.dcm", test::small_object("2.25.9"));
    auto items = items_of({"/nonexistent/x", good, "/dev/null"});
    REQUIRE(items.size() == 3);
    CHECK(items[0].state == State::failed);
    CHECK(items[0].reason == "not_found");
    CHECK(items[1].named);
    CHECK(instance_of(items[1]) == "2.25.9");
    CHECK(items[2].reason == "not_a_file");
}

TEST_CASE("of an archive only the objects are read")
{
    const test::Scratch scratch;
    scratch.write("archive.toml", "");
    scratch.write("objects/ab/1.dcm", "x");
    scratch.write("quarantine/2.dcm", "x");
    scratch.write("index.db", "x");
    const auto items = items_of({scratch.path().string()});
    REQUIRE(items.size() == 1);
    CHECK(items[0].name == (scratch.path() / "objects/ab/1.dcm").string());
}

TEST_CASE("standard input is a tar stream, one object, or records")
{
    const test::Scratch scratch;
    const std::string file = scratch.write("a.dcm", test::small_object("2.25.7"));
    SECTION("tar")
    {
        const test::Feed out{""};
        TarWriter writer{out.fd(), "the test"};
        writer.add("s/t/1.dcm", {}, Content::of_memory(test::small_object("2.25.1")));
        writer.add("s/t/2.dcm", {}, Content::of_memory(test::small_object("2.25.2")));
        writer.finish();
        ::lseek(out.fd(), 0, SEEK_SET);
        SourceOptions options;
        options.standard_input = out.fd();
        Source source{{"-"}, options};
        auto items = all_of(source);
        REQUIRE(items.size() == 2);
        CHECK(items[1].name == "s/t/2.dcm");
        CHECK(items[1].path.empty());
        CHECK(instance_of(items[1]) == "2.25.2");
    }
    SECTION("one object, with and without a preamble")
    {
        auto items = items_of({"-"}, test::small_object("2.25.3"));
        REQUIRE(items.size() == 1);
        CHECK(items[0].named);
        CHECK(instance_of(items[0]) == "2.25.3");
        items = items_of(
            {"-"}, pacs::dicom::encode(test::small_data("2.25.4"), pacs::dicom::TransferSyntax{}));
        REQUIRE(items.size() == 1);
        CHECK(instance_of(items[0]) == "2.25.4");
    }
    SECTION("records of any kind, mixed")
    {
        auto items = items_of({"-"}, "{\"type\":\"instance\",\"path\":\"" + file +
                                         "\",\"mine\":[1]}\n\n" + file +
                                         "\n1.2.3\n{\"type\":\"summary\",\"ok\":3}\n{\"x\":1}\n"
                                         "{broken\n" +
                                         file);
        REQUIRE(items.size() == 6);
        CHECK(items[0].members[2] == Member{"mine", "[1]"});
        CHECK(instance_of(items[0]) == "2.25.7");
        CHECK(items[1].path == file);
        CHECK(items[2].reason == "no_path");
        CHECK(items[3].reason == "no_path");
        CHECK(items[4].reason == "malformed_record");
        CHECK(items[4].name == "standard input line 7");
        CHECK(instance_of(items[5]) == "2.25.7");
    }
    SECTION("nothing is no items")
    {
        CHECK(items_of({"-"}, "").empty());
    }
    SECTION("anything else is an error of data")
    {
        CHECK_THROWS_WITH(items_of({"-"}, std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16)),
                          Catch::Contains("no such") || Catch::Contains("neither tar"));
    }
}

TEST_CASE("a record is read as soon as its line is there")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pacs::Descriptor reader{ends[0]};
    const pacs::Descriptor writer{ends[1]};
    SourceOptions options;
    options.standard_input = reader.get();
    Source source{{"-"}, options};
    const std::string line = "/some/path\n";
    for (int i = 0; i < 3; ++i) {
        REQUIRE(::write(writer.get(), line.data(), line.size()) == 11);
        const auto item = source.next();  // the pipe is still open: waiting for more would hang
        REQUIRE(item);
        CHECK(item->path == "/some/path");
    }
}

TEST_CASE("a line longer than the cap is one failed item and the next line is read")
{
    const test::Feed feed{"{\"a\":\"" + std::string(5000, 'x') + "\"}\n/next\n"};
    SourceOptions options;
    options.standard_input = feed.fd();
    options.records.line_bytes = 1000;
    Source source{{"-"}, options};
    const auto items = all_of(source);
    REQUIRE(items.size() == 2);
    CHECK(items[0].reason == "malformed_record");
    CHECK(items[1].path == "/next");
}

TEST_CASE("a raised stop flag ends the source, also while it waits")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pacs::Descriptor reader{ends[0]};
    const pacs::Descriptor writer{ends[1]};
    SourceOptions options;
    options.standard_input = reader.get();
    Source source{{"-"}, options};
    pacs::StopFlag::instance().raise(0);
    CHECK_FALSE(source.next());
    pacs::StopFlag::instance().reset();
}

TEST_CASE("no source, or standard input twice, is a usage error")
{
    CHECK_THROWS_AS(Source({}), Error);
    CHECK_THROWS_AS(Source({"-", "x", "-"}), Error);
}
