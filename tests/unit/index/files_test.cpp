#include "index/files.hpp"
#include "base/error.hpp"
#include "index/index.hpp"
#include "index/row_source.hpp"

#include "catch.hpp"
#include "index/fixture.hpp"

#include <deque>

using namespace pacs;
using namespace pacs::test;

namespace {

/// Files of one folder, put together; a number stands for the instance it holds, 0 for none.
struct Files {
    std::deque<std::string> names;
    std::deque<index::InstanceRecord> records;
    std::vector<index::FileRow> rows;

    void add(std::int64_t folder, const std::string& name, int series, int instance)
    {
        index::FileRow& row = rows.emplace_back();
        row.folder = folder;
        row.name = names.emplace_back(name);
        row.facts = {100, 1, static_cast<std::int64_t>(rows.size())};
        if (instance != 0) {
            row.record = &records.emplace_back(
                record(1, series, instance, {{"PatientID", "P"}, {"InstanceNumber", "7"}}));
        }
    }
};

/// "name instance-UID copy" of each file, in the order of their rows.
std::vector<std::string> files_of(index::Database& database)
{
    index::Statement find{
        database,
        "SELECT CAST(f.name AS TEXT) || ' ' || coalesce(i.sop_instance_uid, '-') || ' ' || f.copy "
        "|| CASE WHEN f.copy = 0 AND i.id IS NOT NULL AND i.file <> f.id THEN ' astray' ELSE '' "
        "END "
        "FROM file f LEFT JOIN instance_row i ON i.id = f.instance ORDER BY f.id"};
    std::vector<std::string> found;
    while (find.step()) {
        found.emplace_back(find.text(0));
    }
    return found;
}

}  // namespace

TEST_CASE("files put at once have the rows that they have one by one, copies among them too")
{
    for (const bool together : {true, false}) {
        const ScratchIndex scratch;
        index::Writer writer{scratch.path(), index::Synchronous::normal};
        index::FileWriter writes{writer};
        writer.begin();
        const std::int64_t folder = writes.folder("/somewhere", 0, 0);
        Files files;
        files.add(folder, "a", 1, 1);
        files.add(folder, "b", 1, 2);
        files.add(folder, "c", 1, 1);  // a copy within the batch
        files.add(folder, "d", 1, 3);
        files.add(folder, "e", 1, 0);
        files.add(folder, "f", 2, 4);
        files.add(folder, "g", 2, 4);  // another
        files.add(folder, "h", 1, 5);
        files.add(folder, "i", 1, 2);
        files.add(folder, "j", 1, 6);
        std::size_t copies = 0;
        if (together) {
            copies = writes.put(files.rows);
        } else {
            for (const index::FileRow& row : files.rows) {
                copies += writes.put({&row, 1});
            }
        }
        writes.settle();
        writer.commit();
        CHECK(copies == 3);
        index::Database database{scratch.path(), index::Database::Mode::read};
        CHECK(files_of(database) ==
              std::vector<std::string>{"a 1.2.1.1.1 0", "b 1.2.1.1.2 0", "c 1.2.1.1.1 1",
                                       "d 1.2.1.1.3 0", "e - 0", "f 1.2.1.2.4 0", "g 1.2.1.2.4 1",
                                       "h 1.2.1.1.5 0", "i 1.2.1.1.2 1", "j 1.2.1.1.6 0"});
        CHECK(database.number("SELECT instances FROM study_row") == 6);
        CHECK(database.number("SELECT instances FROM series_row WHERE id = 1") == 5);
        CHECK(database.number("SELECT sum(instance_number) FROM instance_row") == 42);
        CHECK(database.number("SELECT count(*) FROM claim") == 0);
    }
}

TEST_CASE("a series is not made for a file whose instance another series has")
{
    const ScratchIndex scratch;
    index::Writer writer{scratch.path(), index::Synchronous::normal};
    index::FileWriter writes{writer};
    writer.begin();
    Files files;
    const std::int64_t folder = writes.folder("/somewhere", 0, 0);
    files.add(folder, "a", 1, 1);
    files.add(folder, "b", 2, 1);
    files.records.back().instance_uid = files.records.front().instance_uid;
    CHECK(writes.put(files.rows) == 1);
    writes.settle();
    writer.commit();
    index::Database database{scratch.path(), index::Database::Mode::read};
    CHECK(database.number("SELECT count(*) FROM series_row") == 1);
    CHECK(database.number("SELECT count(*) FROM claim") == 1);
}

TEST_CASE("a second file of one name is an error, not a row")
{
    const ScratchIndex scratch;
    index::Writer writer{scratch.path(), index::Synchronous::normal};
    index::FileWriter writes{writer};
    writer.begin();
    Files files;
    const std::int64_t folder = writes.folder("/somewhere", 0, 0);
    files.add(folder, "a", 1, 1);
    files.add(folder, "a", 1, 2);
    CHECK_THROWS_AS(writes.put(files.rows), Error);
}

TEST_CASE("rows in memory are read by SQL as what they are, and read anew each time")
{
    const ScratchIndex scratch;
    index::Database database{scratch.path(), index::Database::Mode::write};
    index::RowSource source{database, "here", 4};
    index::Statement read{database,
                          "SELECT typeof(c1) || typeof(c2) || typeof(c3) || typeof(c4), "
                          "c2, c3, length(c4) FROM here"};
    CHECK_FALSE(read.step());
    read.reset();
    for (const std::string text : {"one", "two"}) {
        source.clear();
        const auto row = source.add_row();
        row[1].set(std::int64_t{-5});
        row[2].set(std::string_view{text});
        row[3].set_blob({});
        REQUIRE(read.step());
        CHECK(read.text(0) == "nullintegertextblob");
        CHECK(read.number(1) == -5);
        CHECK(read.text(2) == text);
        CHECK(read.number(3) == 0);
        CHECK_FALSE(read.step());
        read.reset();
    }
    CHECK_THROWS_AS(database.run("INSERT INTO here VALUES (1, 2, 3, 4)"), Error);
}

TEST_CASE("an index is made whole, whatever a former one of its name left behind")
{
    const ScratchIndex scratch;
    const auto path = scratch.folder() / "fresh.db";
    for (const char* suffix : {"-wal", "-journal"}) {
        std::filesystem::copy_file(scratch.path(), path.string() + suffix);
    }
    CHECK(index::Index::create_or_migrate(path));
    CHECK_FALSE(std::filesystem::exists(path.string() + "-journal"));
    CHECK_FALSE(index::Index::create_or_migrate(path));
    CHECK(index::Index{path}.counts().instances == 0);
    index::Database database{path, index::Database::Mode::read};
    index::Statement mode{database, "PRAGMA journal_mode"};
    REQUIRE(mode.step());
    CHECK(mode.text(0) == "wal");
    index::Statement check{database, "PRAGMA integrity_check"};
    REQUIRE(check.step());
    CHECK(check.text(0) == "ok");
}
