#include "catch.hpp"
#include "tree_fixture.hpp"

using namespace pacs::test::scan;

namespace {

/// As if the folder had lain on another device at the last scan.
void move_in_index(const Tree& tree, const fs::path& folder)
{
    pacs::index::Database database{tree.index(), pacs::index::Database::Mode::write};
    pacs::index::Statement move{database, "UPDATE folder SET device = device + 1 WHERE path = ?1"};
    const std::string path = folder.string();
    move.bind_blob(1, path);
    move.run();
}

Result forget(const Tree& tree, const fs::path& path)
{
    pacs::scan::ScanOptions options;
    options.paths = {path.string()};
    options.index = tree.index().string();
    options.forget = true;
    return run(options);
}

constexpr const char* not_mounted = R"("outcome":"failed","reason":"not_mounted")";

}  // namespace

TEST_CASE("a folder that is empty on another device than before is not mounted: nothing is removed")
{
    const Tree tree;
    tree.write("disk/1.dcm");
    tree.write("disk/sub/2.dcm", Object{.instance = "1.2.1.1.2"});
    tree.write("other/3.dcm", Object{.instance = "1.2.1.1.3"});
    scan_into(tree);
    const std::string before = content_of(tree.index());
    fs::remove_all(tree.top() / "disk");
    fs::create_directory(tree.top() / "disk");
    move_in_index(tree, tree.top() / "disk");
    for (int time = 0; time < 2; ++time) {
        const Result result = scan_into(tree);
        CHECK(result.with(not_mounted) == 1);
        CHECK(result.counters.removed == 0);
        CHECK(result.counters.unchanged == 1);
        CHECK(content_of(tree.index()) == before);
    }
    // What lies in its place meanwhile is indexed beside it.
    tree.write("disk/new.dcm", Object{.instance = "1.2.1.1.4"});
    CHECK(scan_into(tree).with(not_mounted) == 1);
    CHECK(forget(tree, tree.top()).counters.removed == 2);
    CHECK(scan_into(tree).counters.unchanged == 2);
}

TEST_CASE("a folder that is empty on the device it was on is empty")
{
    const Tree tree;
    tree.write("disk/1.dcm");
    scan_into(tree);
    fs::remove(tree.top() / "disk/1.dcm");
    const Result result = scan_into(tree);
    CHECK(result.counters.removed == 1);
    CHECK(result.with("failed") == 0);
}

TEST_CASE("a disk that comes back under another number is known by what it holds")
{
    const Tree tree;
    tree.write("disk/1.dcm");
    tree.write("disk/2.dcm", Object{.instance = "1.2.1.1.2"});
    tree.write("disk/a/3.dcm", Object{.instance = "1.2.1.1.3"});
    scan_into(tree);
    move_in_index(tree, tree.top());
    move_in_index(tree, tree.top() / "disk");
    move_in_index(tree, tree.top() / "disk/a");
    fs::remove(tree.top() / "disk/2.dcm");
    fs::remove_all(tree.top() / "disk/a");
    const Result result = scan_into(tree);
    CHECK(result.counters.removed == 2);
    CHECK(result.with("failed") == 0);
    // And the number is kept: the next time an empty folder is an empty folder.
    fs::remove(tree.top() / "disk/1.dcm");
    CHECK(scan_into(tree).counters.removed == 1);
}

TEST_CASE("a folder that a disk was mounted on, and that is gone, is not mounted")
{
    const Tree tree;
    tree.write("disk/1.dcm");
    tree.write("plain/2.dcm", Object{.instance = "1.2.1.1.2"});
    scan_into(tree);
    move_in_index(tree, tree.top() / "disk");
    fs::remove_all(tree.top() / "disk");
    fs::remove_all(tree.top() / "plain");
    const Result result = scan_into(tree);
    CHECK(result.with(not_mounted) == 1);
    CHECK(result.with(R"("type":"removed")") == 1);
    CHECK(forget(tree, tree.top()).counters.removed == 1);
}

TEST_CASE("what was named and is not there stays in the index until it is told to forget it")
{
    const Tree tree;
    const fs::path file = tree.write("a/1.dcm");
    tree.write("b/2.dcm", Object{.instance = "1.2.1.1.2"});
    scan_into(tree);
    fs::remove_all(tree.top());
    CHECK(scan_into(tree).with(R"("outcome":"failed","reason":"not_found")") == 1);
    CHECK(forget(tree, file)
              .with(R"({"type":"removed","outcome":"ok","path":")" + file.string() + "\"") == 1);
    CHECK(forget(tree, file).with(R"("reason":"not_found")") == 1);
    CHECK(forget(tree, tree.top()).with(R"(b/2.dcm","SOPInstanceUID":"1.2.1.1.2"})") == 1);
    CHECK(forget(tree, tree.top()).with(R"("reason":"not_found")") == 1);
}
