#include "stream/tar_reader.hpp"
#include "stream/tar_writer.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "support.hpp"

#include "catch.hpp"

#include <fcntl.h>

#include <cstring>
#include <string>
#include <vector>

using namespace pacs::stream;
using pacs::Error;
using pacs::ErrorKind;

namespace {

std::string octal(std::size_t value, int digits)
{
    std::string text(static_cast<std::size_t>(digits), '0');
    for (auto at = text.rbegin(); value > 0; ++at, value /= 8) {
        *at = static_cast<char>('0' + value % 8);
    }
    return text;
}

/// A ustar header, IEEE 1003.1; `link` for types 1 and 2.
std::string header(const std::string& name, std::size_t size, char type = '0',
                   const std::string& link = {})
{
    std::string block(512, '\0');
    block.replace(0, name.size(), name);
    block.replace(100, 7, "0000644");
    block.replace(108, 7, "0000000");
    block.replace(116, 7, "0000000");
    block.replace(124, 11, octal(size, 11));
    block.replace(136, 11, "00000000000");
    block.replace(148, 8, "        ");
    block[156] = type;
    block.replace(157, link.size(), link);
    block.replace(257, 8, std::string("ustar\00000", 8));
    std::size_t sum = 0;
    for (const char c : block) {
        sum += static_cast<unsigned char>(c);
    }
    block.replace(148, 7, octal(sum, 6) + '\0');
    return block;
}

std::string padded(std::string bytes)
{
    bytes.resize((bytes.size() + 511) / 512 * 512);
    return bytes;
}

const std::string end_mark(1024, '\0');

struct Read {
    std::string name;
    std::string bytes;
    std::string refused;
};

std::vector<Read> read_all(const std::string& tar)
{
    const test::Feed feed{tar};
    Input input{feed.fd(), "the test"};
    TarReader reader{input};
    std::vector<Read> all;
    while (auto member = reader.next()) {
        all.push_back({member->name, member->content.size() > 0 ? member->content.read_from(0) : "",
                       member->refused});
    }
    return all;
}

std::string written(const std::vector<std::pair<std::string, std::string>>& members, bool finish)
{
    const test::Feed out{""};
    {
        TarWriter writer{out.fd(), "the test"};
        for (const auto& [name, bytes] : members) {
            writer.add(name, test::bytes_of(bytes).first(bytes.size() / 2),
                       Content::of_memory(bytes), bytes.size() / 2);
        }
        if (finish) {
            writer.finish();
        }
    }
    const auto size = static_cast<std::size_t>(::lseek(out.fd(), 0, SEEK_END));
    ::lseek(out.fd(), 0, SEEK_SET);
    std::string bytes(size, '\0');
    pacs::read_some(out.fd(), std::as_writable_bytes(std::span{bytes}), "the test");
    return bytes;
}

}  // namespace

TEST_CASE("what is written is read again, small in memory and large from a spool")
{
    const std::string large(3'000'001, 'L');
    const std::string study(64, '1');
    const std::string name = TarWriter::member_name(study, "2.25.3", "2.25.4");
    const std::string tar = written({{name, "small!"}, {"b.dcm", large}, {"empty.dcm", ""}}, true);
    const auto all = read_all(tar);
    REQUIRE(all.size() == 3);
    CHECK(all[0].name == study + "/2.25.3/2.25.4.dcm");
    CHECK(all[0].bytes == "small!");
    CHECK(all[1].bytes == large);
    CHECK(all[2].bytes.empty());
    CHECK(tar.size() % 512 == 0);
    CHECK(tar == written({{name, "small!"}, {"b.dcm", large}, {"empty.dcm", ""}}, true));
}

TEST_CASE("a writer that was not finished leaves no end mark")
{
    const std::string whole = written({{"a.dcm", "123456"}}, true);
    const std::string broken = written({{"a.dcm", "123456"}}, false);
    CHECK(broken.size() < whole.size());
}

TEST_CASE("names that are not printable ASCII, and UIDs that are none, are refused in writing")
{
    const test::Feed out{""};
    TarWriter writer{out.fd(), "the test"};
    CHECK_THROWS_AS(writer.add("a\nb", {}, Content::of_memory("x")), Error);
    CHECK_THROWS_AS(writer.add("\xc3\xa9", {}, Content::of_memory("x")), Error);
    CHECK_THROWS_AS(TarWriter::member_name("../x", "1", "2"), Error);
}

TEST_CASE("writing to a full device is an error of storage")
{
    const pacs::Descriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    TarWriter writer{full.get(), "/dev/full"};
    const std::string large(1'000'000, 'x');
    try {
        writer.add("a.dcm", {}, Content::of_memory(large));
        writer.finish();
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::storage);
    }
}

TEST_CASE("links, devices and FIFOs are refused, folders passed over, names are only labels")
{
    const std::string tar = header("folder/", 0, '5') + header("../up", 3) + padded("abc") +
                            header("/etc/abs", 2) + padded("de") + header("hard", 0, '1', "x") +
                            header("soft", 0, '2', "/etc/passwd") + header("fifo", 0, '6') +
                            header("device", 0, '3') + header("esc\x1b[2J\n\xff", 1) + padded("f") +
                            end_mark;
    const auto all = read_all(tar);
    REQUIRE(all.size() == 7);
    CHECK(all[0].name == "../up");
    CHECK(all[0].bytes == "abc");
    CHECK(all[1].bytes == "de");
    CHECK(all[2].refused == "hard link");
    CHECK(all[3].refused == "symbolic link");
    CHECK(all[4].refused == "not a regular file");
    CHECK(all[5].refused == "not a regular file");
    CHECK(all[6].bytes == "f");
}

TEST_CASE("the same name twice is two objects")
{
    const auto all =
        read_all(header("a", 1) + padded("1") + header("a", 1) + padded("2") + end_mark);
    REQUIRE(all.size() == 2);
    CHECK(all[0].bytes == "1");
    CHECK(all[1].bytes == "2");
}

TEST_CASE("concatenated streams are one")
{
    const auto all =
        read_all(header("a", 1) + padded("1") + end_mark + header("b", 1) + padded("2") + end_mark);
    CHECK(all.size() == 2);
}

TEST_CASE("a cut stream, or a size that is a lie, is an error and fills no disk")
{
    const std::string tar = header("a", 600) + padded(std::string(600, 'x'));
    for (const std::size_t length : {std::size_t{700}, std::size_t{1100}, std::size_t{513}}) {
        CHECK_THROWS_AS(read_all(tar.substr(0, length)), Error);
    }
    std::string huge = header("a", 0);
    const std::string base256("\x80\0\0\0\0\0\x08\0\0\0\0\0", 12);  // 8 TiB
    huge.replace(124, 12, base256);
    huge.replace(148, 8, "        ");
    std::size_t sum = 0;
    for (const char c : huge) {
        sum += static_cast<unsigned char>(c);
    }
    huge.replace(148, 7, octal(sum, 6) + '\0');
    CHECK_THROWS_WITH(read_all(huge + std::string(4096, 'x')), Catch::Contains("runcated"));
}

TEST_CASE("a stream that ends between two members without an end mark is cut off")
{
    const std::string zeros(512, '\0');
    const std::string one = header("a", 512) + zeros;
    for (const std::string& tar :
         {one, one + header("b", 1) + padded("2"), header("folder/", 0, '5'),
          one + end_mark + header("b", 1) + padded("2")}) {
        CHECK_THROWS_WITH(read_all(tar), Catch::Contains("cut off, it has no end mark"));
        CHECK_NOTHROW(read_all(tar + end_mark));
        CHECK_NOTHROW(read_all(tar + zeros));
        CHECK_NOTHROW(read_all(tar + end_mark + std::string(9216, '\0')));
    }
}

TEST_CASE("garbage after the magic is an error, not an empty stream")
{
    std::string garbage(2048, 'g');
    garbage.replace(257, 5, "ustar");
    CHECK_THROWS_AS(read_all(garbage), Error);
    CHECK(TarReader::recognise(test::bytes_of(garbage)));
    CHECK_FALSE(TarReader::recognise(test::bytes_of(garbage).first(300)));
}
