#include "base/error.hpp"
#include "index/attributes.hpp"
#include "index/index.hpp"
#include "index/names.hpp"
#include "index/record.hpp"
#include "index/sqlite.hpp"

#include "catch.hpp"
#include "dicom/charset.hpp"
#include "dicom/matching.hpp"
#include "index/fixture.hpp"

#include <algorithm>
#include <random>

using namespace pacs;
using namespace pacs::test;

TEST_CASE("what is written is found again, and a second insert changes nothing")
{
    const ScratchIndex scratch;
    index::Writer writer{scratch.path(), index::Synchronous::full};
    writer.begin();
    CHECK(writer.insert(record(1, 1, 1)));
    CHECK_FALSE(writer.insert(record(1, 1, 1)));
    auto moved = record(2, 1, 1);
    moved.instance_uid = "1.2.1.1.1";
    CHECK_FALSE(writer.insert(moved));
    writer.commit();
    const index::Index index{scratch.path()};
    const auto found = index.find("1.2.1.1.1");
    REQUIRE(found);
    CHECK(found->study_uid == "1.2.1");
    CHECK(found->series_uid == "1.2.1.1");
    CHECK(found->sha256 == std::string(64, 'c'));
    CHECK(found->size == 1000);
    CHECK(found->transfer_syntax_uid == "1.2.840.10008.1.2.1");
    CHECK_FALSE(index.find("1.2.1.1.2"));
    CHECK(index.counts().studies == 1);
}

TEST_CASE("what is rolled back was never there, and the counts stay right")
{
    const ScratchIndex scratch;
    index::Writer writer{scratch.path(), index::Synchronous::normal};
    writer.begin();
    writer.insert(record(1, 1, 1));
    writer.rollback();
    writer.begin();
    writer.insert(record(1, 1, 2));
    writer.commit();
    writer.begin();
    auto other = record(1, 1, 2);
    other.sha256 = std::string(64, 'd');
    writer.replace(other);
    writer.commit();
    const index::Index index{scratch.path()};
    CHECK_FALSE(index.find("1.2.1.1.1"));
    CHECK(index.find("1.2.1.1.2")->sha256 == std::string(64, 'd'));
    const auto counts = index.counts();
    CHECK(counts.patients == 1);
    CHECK(counts.studies == 1);
    CHECK(counts.series == 1);
    CHECK(counts.instances == 1);
}

TEST_CASE("a commit in the place of a failed one changes nothing but a counter")
{
    const ScratchIndex scratch;
    index::Writer writer{scratch.path(), index::Synchronous::full};
    writer.begin();
    writer.insert(record(1, 1, 1));
    writer.commit();
    CHECK_FALSE(writer.commit_in_doubt());
    writer.bury_failed_commit();
    writer.begin();
    writer.insert(record(1, 1, 2));
    writer.commit();
    const index::Index index{scratch.path()};
    CHECK(index.counts().instances == 2);
    index::Database database{scratch.path(), index::Database::Mode::read};
    CHECK(database.number("SELECT count FROM failed_commits") == 1);
}

TEST_CASE("a log that is written back to its end starts over in the file it has")
{
    const ScratchIndex scratch;
    index::Writer writer{scratch.path(), index::Synchronous::normal};
    index::Checkpointer checkpointer{scratch.path()};
    const auto commit = [&](int instance) {
        writer.begin();
        writer.insert(record(1, 1, instance));
        writer.commit();
    };
    for (int instance = 1; instance <= 20; ++instance) {
        commit(instance);
    }
    const auto before = writer.log_pages();
    checkpointer.run();
    commit(21);
    CHECK(writer.log_pages() < before);
    checkpointer.run();
    commit(22);
    commit(23);
    writer.checkpoint();
    commit(24);
    const auto after = writer.log_pages();
    commit(25);
    CHECK(writer.log_pages() > after);
    CHECK(after < before);
}

TEST_CASE("a series UID under two studies is two series")
{
    ScratchIndex scratch;
    auto stray = record(2, 1, 1);
    stray.series_uid = "1.2.1.1";
    scratch.add({record(1, 1, 1), stray});
    CHECK(index::Index{scratch.path()}.counts().series == 2);
}

TEST_CASE("the views speak in DICOM keywords, and their paths and digests are those of the files")
{
    ScratchIndex scratch;
    scratch.add({record(1, 1, 1, {{"PatientName", "A^B"}, {"Modality", "CT"}, {"Rows", "512"}})});
    index::Database database{scratch.path(), index::Database::Mode::read};
    index::Statement row{
        database,
        "SELECT path, sha256, \"Rows\", Modality, SOPClassUID, received, source FROM instances"};
    REQUIRE(row.step());
    CHECK(row.text(0) == "objects/ab/1.2.1/1.2.1.1/1.2.1.1.1.dcm");
    CHECK(row.text(1) == std::string(64, 'c'));
    CHECK(row.text(2) == "512");
    CHECK(row.text(3) == "CT");
    CHECK(row.text(4) == "1.2.840.10008.5.1.4.1.1.2");
    CHECK(row.text(5) == "2023-11-14T22:13:20Z");
    CHECK(row.text(6) == "MODALITY");
    for (const char* sql :
         {"SELECT PatientName FROM patients", "SELECT PatientName FROM studies"}) {
        index::Statement name{database, sql};
        REQUIRE(name.step());
        CHECK(name.text(0) == "A^B");
    }
    index::Statement series{database, "SELECT NumberOfSeriesRelatedInstances FROM series"};
    REQUIRE(series.step());
    CHECK(series.text(0) == "1");
}

TEST_CASE("every attribute has the column it says, in the table of its level")
{
    const ScratchIndex scratch;
    index::Database database{scratch.path(), index::Database::Mode::read};
    const auto check = [&](const char* table, std::string_view column) {
        index::Statement info{database,
                              "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2"};
        info.bind(1, std::string_view{table});
        info.bind(2, column);
        REQUIRE(info.step());
        INFO(table << "." << column);
        CHECK(info.number(0) == 1);
    };
    const char* tables[] = {"patient_row", "study_row", "series_row", "instance_row"};
    for (const auto& attribute : index::attributes()) {
        if (!attribute.column.empty()) {
            check(tables[static_cast<int>(attribute.level)], attribute.column);
        }
        CHECK(dicom::level_of(attribute.tag).value_or(attribute.level) == attribute.level);
    }
    for (const auto& attribute : index::request_attributes()) {
        check("request", attribute.column);
    }
}

TEST_CASE("a file that is no index of ours is refused and left as it is")
{
    const ScratchIndex scratch;
    const auto other = scratch.folder() / "other.db";
    {
        index::Database database{other, index::Database::Mode::create};
        database.run("CREATE TABLE precious (x)");
    }
    CHECK_THROWS_AS(index::Index::create_or_migrate(other), Error);
    CHECK_THROWS_AS(index::Index{other}, Error);
    CHECK_THROWS_AS(index::Index{scratch.folder() / "missing.db"}, Error);
    CHECK_FALSE(std::filesystem::exists(scratch.folder() / "missing.db"));
    CHECK_FALSE(index::Index::create_or_migrate(scratch.path()));
}

TEST_CASE("a header becomes a record: UTF-8, dates as today, numbers as numbers, nonsense left out")
{
    dicom::DataSet header;
    header.set_text(dicom::tags::specific_character_set, "ISO_IR 100");
    header.set_text(tag_of("PatientName"), "M\xFCller^Anna");
    header.set_text(tag_of("StudyDate"), "2024.01.31");
    header.set_text(tag_of("SeriesDate"), "yesterday");
    header.set_text(tag_of("StudyTime"), "10:15:30");
    header.set_text(tag_of("InstanceNumber"), " +07");
    header.set_text(tag_of("SeriesNumber"), "seven");
    header.set_u16(tag_of("Rows"), 512);
    header.set_text(tag_of("StudyDescription"), std::string(5000, 'x'));
    const auto made = index::record_of(header);
    CHECK(made.values.at(tag_of("PatientName")) == "Müller^Anna");
    CHECK(made.values.at(tag_of("StudyDate")) == "20240131");
    CHECK_FALSE(made.values.contains(tag_of("SeriesDate")));
    CHECK(made.values.at(tag_of("StudyTime")) == "101530");
    CHECK(made.values.at(tag_of("InstanceNumber")) == "7");
    CHECK_FALSE(made.values.contains(tag_of("SeriesNumber")));
    CHECK(made.values.at(tag_of("Rows")) == "512");
    CHECK(made.values.at(tag_of("StudyDescription")).size() == 1024);
}

TEST_CASE("the keys of a name hold every name that a query could match")
{
    // Random names and keys over an alphabet that provokes: whenever the key matches the name, the
    // condition on its keys must hold, else the index would hide it.
    const std::vector<std::string> letters{"a",  "A", "b", "é", "É", "ß",
                                           "山", "^", "=", " ", ",", "^^"};
    const std::vector<std::string> jokers{"*", "?"};
    std::mt19937 random{7};
    const auto text = [&](std::size_t length, bool with_jokers) {
        std::string made;
        for (std::size_t i = 0; i < length; ++i) {
            const bool joker = with_jokers && random() % 3 == 0;
            made += joker ? jokers[random() % jokers.size()] : letters[random() % letters.size()];
        }
        return made;
    };
    int matched = 0;
    for (int i = 0; i < 300'000; ++i) {
        const std::string name = text(1 + random() % 6, false);
        const std::string key = text(1 + random() % 4, random() % 2 == 0);
        const bool fuzzy = random() % 2 == 0;
        const auto matcher = dicom::make_matcher(dicom::Vr::PN, key, {.fuzzy = fuzzy});
        using Kind = dicom::Matcher::Kind;
        if ((matcher.kind != Kind::single && matcher.kind != Kind::wildcard) ||
            !dicom::matches(matcher, {name})) {
            continue;
        }
        ++matched;
        const auto wanted =
            index::name_condition(matcher.values.front(), matcher.kind == Kind::wildcard, fuzzy);
        const auto keys = index::name_keys(name);
        const bool found = std::ranges::any_of(keys, [&](const std::string& each) {
            switch (wanted.kind) {
            case index::NameCondition::Kind::equal: return each == wanted.text;
            case index::NameCondition::Kind::prefix: return each.starts_with(wanted.text);
            case index::NameCondition::Kind::contains: break;
            }
            return each.find(wanted.text) != std::string::npos;
        });
        INFO("name [" << name << "] key [" << key << "] fuzzy " << fuzzy << " wanted ["
                      << wanted.text << "]");
        REQUIRE(found);
    }
    CHECK(matched > 1000);
}
