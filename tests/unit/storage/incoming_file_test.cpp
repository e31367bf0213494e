#include "storage/incoming_file.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "storage/set_aside.hpp"

#include "catch.hpp"
#include "storage/scratch.hpp"

#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <vector>

using namespace pacs;
using namespace pacs::storage;
using pacs::test::StorageScratch;
namespace fs = std::filesystem;

namespace {

struct Fixture {
    Fixture() : layout(scratch.path() / "archive"), folders(layout.root())
    {
        create_archive(layout);
    }
    IncomingFile sealed(const std::string& content) const
    {
        const auto bytes = std::as_bytes(std::span{content});
        const Sha256Value digest = Sha256::of(bytes);
        IncomingFile file{layout, &digest};
        file.write(bytes);
        return file;
    }
    std::vector<Leftover> leftovers() const
    {
        std::vector<Leftover> found;
        visit_leftovers(layout, [&](const Leftover& each) { found.push_back(each); });
        return found;
    }
    fs::path place(const std::string& number) const
    {
        return layout.object({"1.2", "1.2.3", "1.2.3." + number});
    }

    StorageScratch scratch;
    Layout layout;
    Folders folders;
};

std::string content(const fs::path& path)
{
    return read_file(path, 4096);
}

}  // namespace

TEST_CASE("a file that nobody settled takes all its names with it")
{
    Fixture fixture;
    {
        IncomingFile file = fixture.sealed("abc");
        REQUIRE(file.publish(fixture.folders, fixture.place("1")));
        file.flush(fixture.folders);
        CHECK(content(fixture.place("1")) == "abc");
        const auto found = fixture.leftovers();
        REQUIRE(found.size() == 1);
        CHECK(found[0].links == 2);
        CHECK(found[0].sha256 == to_hex(Sha256::of(std::as_bytes(std::span{"abc", 3}))));
    }
    CHECK_FALSE(fs::exists(fixture.place("1")));
    CHECK(fixture.leftovers().empty());
}

TEST_CASE("a settled file keeps its place, and a place that is taken is never overwritten")
{
    Fixture fixture;
    IncomingFile first = fixture.sealed("first");
    REQUIRE(first.publish(fixture.folders, fixture.place("1")));
    first.flush(fixture.folders);
    first.settle();
    IncomingFile second = fixture.sealed("second");
    CHECK_FALSE(second.publish(fixture.folders, fixture.place("1")));
    CHECK(second.withdraw());
    CHECK(content(fixture.place("1")) == "first");
    CHECK(fixture.leftovers().empty());
}

TEST_CASE("a replacement that is withdrawn puts the old file back")
{
    Fixture fixture;
    IncomingFile first = fixture.sealed("first");
    REQUIRE(first.publish(fixture.folders, fixture.place("1")));
    first.settle();
    const std::string digest(64, 'a');
    const fs::path kept =
        set_conflict_aside(fixture.layout, fixture.place("1"), "1.2.3.1", digest, "{}\n");
    CHECK(content(kept) == "first");
    {
        IncomingFile second = fixture.sealed("second");
        second.replace(fixture.place("1"), kept);
        CHECK(content(fixture.place("1")) == "second");
    }
    CHECK(content(fixture.place("1")) == "first");
    IncomingFile third = fixture.sealed("third");
    third.replace(fixture.place("1"), kept);
    third.flush(fixture.folders);
    third.settle();
    CHECK(content(fixture.place("1")) == "third");
    CHECK(content(kept) == "first");
    CHECK(fixture.leftovers().empty());
}

TEST_CASE("names in incoming that are not ours are told apart")
{
    Fixture fixture;
    for (const char* name : {"notes.txt", "1-2", "1-2.PART", "x-1.part", "1-2.abc", "-1.part"}) {
        std::ofstream{fixture.layout.incoming() / name} << "x";
    }
    fs::create_directory(fixture.layout.incoming() / "1-3.part");
    const auto found = fixture.leftovers();
    CHECK(found.size() == 7);
    for (const Leftover& each : found) {
        INFO(each.path);
        CHECK_FALSE(each.ours);
    }
    std::ofstream{fixture.layout.incoming() / "77-3.part"} << "x";
    std::ofstream{fixture.layout.incoming() / ("77-4." + std::string(64, '0'))} << "x";
    std::size_t ours = 0;
    for (const Leftover& each : fixture.leftovers()) {
        ours += each.ours ? 1 : 0;
    }
    CHECK(ours == 2);
}

TEST_CASE("folders are made and flushed for many threads at once")
{
    Fixture fixture;
    std::vector<std::thread> threads;
    threads.reserve(8);
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 20; ++i) {
                IncomingFile file =
                    fixture.sealed(std::to_string(thread) + " " + std::to_string(i));
                const fs::path place = fixture.layout.object(
                    {"1." + std::to_string(i), "1.2", "1.3." + std::to_string(thread)});
                if (file.publish(fixture.folders, place)) {
                    file.flush(fixture.folders);
                    file.settle();
                }
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator{fixture.layout.objects()}) {
        files += entry.is_regular_file() ? 1 : 0;
    }
    CHECK(files == 160);
    CHECK(fixture.leftovers().empty());
}

TEST_CASE("a folder that was removed behind our back is made again")
{
    Fixture fixture;
    for (int round = 0; round < 2; ++round) {
        IncomingFile file = fixture.sealed("abc");
        REQUIRE(file.publish(fixture.folders, fixture.place("1")));
        file.flush(fixture.folders);
        file.settle();
        fs::remove_all(fixture.layout.objects());
        fs::create_directory(fixture.layout.objects());
    }
}

TEST_CASE("the same bytes are set aside once, with the first record")
{
    Fixture fixture;
    const std::string digest(64, 'b');
    for (const char* words : {"first\n", "second\n"}) {
        IncomingFile file = fixture.sealed("broken");
        quarantine(fixture.layout, file.path(), digest, words);
    }
    CHECK(content(fixture.layout.quarantine() / (digest + ".dcm")) == "broken");
    CHECK(content(fixture.layout.quarantine() / (digest + ".json")) == "first\n");
    CHECK_THROWS(
        set_conflict_aside(fixture.layout, fixture.layout.settings(), "../x", digest, "{}"));
}
