#include "archive/ingest.hpp"

#include "base/error.hpp"

#include "archive/ingest_fixture.hpp"
#include "catch.hpp"

#include <sys/stat.h>

#include <fstream>
#include <thread>

using namespace pacs;
using namespace pacs::test::ingest;
using archive::Archive;
using archive::Durability;
using archive::Ingest;
using archive::OnConflict;
using archive::StoreKind;

namespace {

/// A count that the tests keep as an int.
std::size_t number(int count)
{
    return static_cast<std::size_t>(count);
}

/// An archive with ingest; close() lets another one look at it.
struct Fixture {
    explicit Fixture(archive::IngestOptions options = {}, Durability durability = Durability::os)
        : opened(
              std::make_unique<Archive>(Archive::open_for_writing(folder.archive(), durability))),
          ingest(std::make_unique<Ingest>(*opened, options))
    {
    }
    void close()
    {
        ingest.reset();
        opened.reset();
    }
    fs::path place(const dicom::DataSet& object) const
    {
        return folder.archive() /
               storage::object_path({object.text(dicom::tags::study_instance_uid),
                                     object.text(dicom::tags::series_instance_uid),
                                     object.text(dicom::tags::sop_instance_uid)});
    }

    Folder folder;
    std::unique_ptr<Archive> opened;
    std::unique_ptr<Ingest> ingest;
};

}  // namespace

TEST_CASE("what is stored lies in its place bit by bit, with its row and its digest")
{
    for (const Durability durability : {Durability::os, Durability::flushed}) {
        Fixture fixture{{}, durability};
        const auto one = object(1, 1);
        const auto result = store(*fixture.ingest, one);
        CHECK(result.kind == StoreKind::stored);
        CHECK(result.status == net::statuses::success);
        CHECK(result.sha256 == stored_sha256(one));
        CHECK(result.size == fs::file_size(fixture.place(one)));
        const std::string file = read_file(fixture.place(one), 1 << 20U);
        CHECK(file.ends_with(bytes_of(one)));
        fixture.close();
        CHECK(rows_of(fixture.folder.archive()) ==
              std::map<std::string, std::string>{{"1.2.3.1.1.1", stored_sha256(one)}});
        CHECK(disagreement(fixture.folder.archive()).empty());
    }
}

TEST_CASE("objects of every size, in pieces of every size, are the same on disk")
{
    Fixture fixture;
    int number = 0;
    for (const std::size_t size :
         {0U, 2U, 100'000U, 130'000U, 131'072U, 262'144U, 1'000'000U, 20'000'000U}) {
        for (const std::size_t piece :
             {std::size_t{1000}, std::size_t{131'072}, std::size_t{16'000'000}}) {
            ++number;
            const auto one = object(1, number, size, static_cast<char>(number));
            Answers answers;
            send(*fixture.ingest, announce(one), bytes_of(one), answers.taker(0), piece);
            INFO(size << " bytes in pieces of " << piece);
            CHECK(answers.wait(0).sha256 == stored_sha256(one));
            CHECK(sha256_of(fixture.place(one)) == stored_sha256(one));
        }
    }
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("a reception that is given up leaves nothing")
{
    Fixture fixture;
    for (const std::size_t size : {std::size_t{100}, std::size_t{1'000'000}}) {
        const auto one = object(1, 1, size);
        const std::string bytes = bytes_of(one);
        const auto reception = fixture.ingest->begin(announce(one));
        reception->write(std::as_bytes(std::span{bytes}.first(bytes.size() / 2)));
    }
    CHECK(files_in(fixture.folder.archive() / "incoming").empty());
    CHECK(files_in(fixture.folder.archive() / "objects").empty());
}

TEST_CASE("the same instance again is success without a write")
{
    Fixture fixture;
    const auto one = object(1, 1);
    CHECK(store(*fixture.ingest, one).kind == StoreKind::stored);
    struct stat before {};
    REQUIRE(::stat(fixture.place(one).c_str(), &before) == 0);
    const auto again = store(*fixture.ingest, one);
    CHECK(again.kind == StoreKind::duplicate);
    CHECK(again.status == net::statuses::success);
    struct stat after {};
    REQUIRE(::stat(fixture.place(one).c_str(), &after) == 0);
    CHECK(before.st_ino == after.st_ino);
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("keep: the first stays, the second is set aside once, and the answer warns")
{
    Fixture fixture;
    const auto first = object(1, 1, 100, 1);
    const auto second = object(1, 1, 100, 2);
    store(*fixture.ingest, first);
    for (int i = 0; i < 2; ++i) {
        const auto result = store(*fixture.ingest, second);
        CHECK(result.kind == StoreKind::set_aside);
        CHECK(result.status.warning());
        CHECK(result.comment.size() <= 64);
    }
    CHECK(sha256_of(fixture.place(first)) == stored_sha256(first));
    const std::string aside = stored_sha256(second);
    CHECK(files_in(fixture.folder.archive() / "conflicts") ==
          std::set<std::string>{"1.2.3.1.1.1/" + aside + ".dcm", "1.2.3.1.1.1/" + aside + ".json"});
    CHECK(sha256_of(fixture.folder.archive() / "conflicts" / "1.2.3.1.1.1" / (aside + ".dcm")) ==
          aside);
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("replace: the second takes the place, the first is kept in conflicts")
{
    Fixture fixture{{.on_conflict = OnConflict::replace}};
    const auto first = object(1, 1, 100, 1);
    const auto second = object(1, 1, 200, 2);
    store(*fixture.ingest, first);
    const auto result = store(*fixture.ingest, second);
    CHECK(result.kind == StoreKind::replaced);
    CHECK(result.status == net::statuses::success);
    CHECK(sha256_of(fixture.place(first)) == stored_sha256(second));
    CHECK(sha256_of(fixture.folder.archive() / "conflicts" / "1.2.3.1.1.1" /
                    (stored_sha256(first) + ".dcm")) == stored_sha256(first));
    fixture.close();
    CHECK(rows_of(fixture.folder.archive()).at("1.2.3.1.1.1") == stored_sha256(second));
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("reject: the second is refused as a duplicate and nothing of it stays")
{
    Fixture fixture{{.on_conflict = OnConflict::reject}};
    store(*fixture.ingest, object(1, 1, 100, 1));
    const auto result = store(*fixture.ingest, object(1, 1, 100, 2));
    CHECK(result.kind == StoreKind::rejected);
    CHECK(result.status == net::statuses::duplicate_instance);
    CHECK(files_in(fixture.folder.archive() / "conflicts").empty());
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("the same UID under another study is a conflict, and never replaces")
{
    for (const OnConflict policy : {OnConflict::keep, OnConflict::replace, OnConflict::reject}) {
        Fixture fixture{{.on_conflict = policy}};
        const auto first = object(1, 1);
        auto second = object(2, 1);
        second.set_text(dicom::tags::sop_instance_uid, first.text(dicom::tags::sop_instance_uid));
        store(*fixture.ingest, first);
        const auto result = store(*fixture.ingest, second);
        CHECK(result.kind ==
              (policy == OnConflict::reject ? StoreKind::rejected : StoreKind::set_aside));
        CHECK_FALSE(result.status.success());
        CHECK_FALSE(fs::exists(fixture.place(second)));
        fixture.close();
        CHECK(rows_of(fixture.folder.archive()).at("1.2.3.1.1.1") == stored_sha256(first));
        CHECK(disagreement(fixture.folder.archive()).empty());
    }
}

TEST_CASE("the same UID eight times at once: one stays whole, no byte that was answered is lost")
{
    Fixture fixture;
    constexpr int senders = 8;
    constexpr int rounds = 25;
    Answers answers;
    std::vector<std::thread> threads;
    threads.reserve(senders);
    for (int sender = 0; sender < senders; ++sender) {
        threads.emplace_back([&, sender] {
            for (int round = 0; round < rounds; ++round) {
                // Two senders each have the same content.
                const auto one = object(1, round, 20'000, static_cast<char>(sender / 2));
                send(*fixture.ingest, announce(one), bytes_of(one),
                     answers.taker(number(sender) * number(rounds) + number(round)));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (int round = 0; round < rounds; ++round) {
        std::map<StoreKind, int> kinds;
        for (int sender = 0; sender < senders; ++sender) {
            const auto result = answers.wait(number(sender) * number(rounds) + number(round));
            ++kinds[result.kind];
            const fs::path aside = fixture.folder.archive() / "conflicts" /
                                   ("1.2.3.1.1." + std::to_string(round)) /
                                   (result.sha256 + ".dcm");
            const bool stays = result.status.success()
                                   ? sha256_of(fixture.place(object(1, round))) == result.sha256
                                   : result.status.warning() && sha256_of(aside) == result.sha256;
            CHECK(stays);
        }
        CHECK(kinds[StoreKind::stored] == 1);
        CHECK(kinds[StoreKind::duplicate] == 1);
        CHECK(kinds[StoreKind::set_aside] == 6);
    }
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("what is no valid or not the announced object is answered so and lies in quarantine")
{
    Fixture fixture;
    const auto good = object(1, 1);
    const auto without = [&](dicom::Tag tag) {
        auto made = good;
        made.erase(tag);
        return bytes_of(made);
    };
    const auto with = [&](dicom::Tag tag, std::string_view value) {
        auto made = good;
        made.set_text(tag, value);
        return bytes_of(made);
    };
    std::string deep;
    for (int i = 0; i < 10'000; ++i) {
        deep += std::string{
            "\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff", 20};
    }
    const std::string whole = bytes_of(good);
    const std::vector<std::pair<std::string, unsigned>> cases{
        {whole.substr(0, whole.size() - 10), 0xC000},
        {whole.substr(0, 10), 0xC000},
        {std::string(1000, '\x7F'), 0xC000},
        {deep, 0xC001},
        {"", 0xC002},
        {without(dicom::tags::sop_class_uid), 0xC002},
        {without(dicom::tags::sop_instance_uid), 0xC002},
        {without(dicom::tags::study_instance_uid), 0xC002},
        {without(dicom::tags::series_instance_uid), 0xC002},
        {with(dicom::tags::study_instance_uid, "../../../etc/passwd"), 0xC003},
        {with(dicom::tags::series_instance_uid, "1..2"), 0xC003},
        {with(dicom::tags::sop_class_uid, "1.2.840.10008.5.1.4.1.1.4"), 0xA900},
        {with(dicom::tags::sop_instance_uid, "1.2.3.4.5.6"), 0xA901},
    };
    for (const auto& [bytes, status] : cases) {
        const auto result = store_bytes(*fixture.ingest, announce(good), bytes);
        INFO(result.detail);
        CHECK(result.kind == StoreKind::quarantined);
        CHECK(result.status.code == status);
        CHECK(result.comment.size() <= 64);
        const fs::path aside = fixture.folder.archive() / "quarantine" / (result.sha256 + ".dcm");
        CHECK(read_file(aside, 1 << 20U).ends_with(bytes));
        const std::string words = read_file(
            fixture.folder.archive() / "quarantine" / (result.sha256 + ".json"), 1 << 16U);
        CHECK(words.starts_with("{\"type\":\"quarantined\""));
        CHECK(words.find(result.status.hex()) != std::string::npos);
        CHECK(words.find("Test^Ingest") == std::string::npos);
    }
    CHECK(store(*fixture.ingest, good).kind == StoreKind::stored);
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("an announced UID that is none is refused before the data set comes")
{
    Fixture fixture;
    auto announcement = announce(object(1, 1));
    for (const char* uid : {"", "1.2/../3", "1.2.x", "1.2\n3"}) {
        announcement.sop_instance_uid = uid;
        const auto reception = fixture.ingest->begin(announcement);
        REQUIRE(reception->refusal() != nullptr);
        CHECK(reception->refusal()->status == net::statuses::invalid_instance);
        CHECK(store_bytes(*fixture.ingest, announcement, bytes_of(object(1, 1))).kind ==
              StoreKind::refused);
    }
}

TEST_CASE("below the reserve of free space instances are refused, and taken again above it")
{
    Fixture fixture{{.min_free = {.bytes = 0, .percent = 100}}};
    const auto reception = fixture.ingest->begin(announce(object(1, 1)));
    REQUIRE(reception->refusal() != nullptr);
    CHECK(reception->refusal()->status == net::statuses::out_of_resources);
    CHECK(store(*fixture.ingest, object(1, 1)).kind == StoreKind::refused);
    fixture.ingest->reconfigure(OnConflict::keep, {});
    CHECK(store(*fixture.ingest, object(1, 1)).kind == StoreKind::stored);
    CHECK(fixture.ingest->counters().refused == 1);
    CHECK(fixture.ingest->counters().stored == 1);
}

TEST_CASE("a stored file that is damaged or gone is put right when the same object comes again")
{
    Fixture fixture;
    const auto one = object(1, 1);
    store(*fixture.ingest, one);
    std::ofstream{fixture.place(one), std::ios::binary | std::ios::in}.seekp(400).put('!');
    CHECK(sha256_of(fixture.place(one)) != stored_sha256(one));
    CHECK(store(*fixture.ingest, one).status == net::statuses::success);
    CHECK(sha256_of(fixture.place(one)) == stored_sha256(one));
    fs::remove(fixture.place(one));
    CHECK(store(*fixture.ingest, one).status == net::statuses::success);
    CHECK(sha256_of(fixture.place(one)) == stored_sha256(one));
    fs::remove_all(fixture.place(one).parent_path().parent_path());
    CHECK(store(*fixture.ingest, object(1, 1, 100, 7)).status == net::statuses::success);
    CHECK(sha256_of(fixture.place(one)) == stored_sha256(object(1, 1, 100, 7)));
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("a file in place that the index does not know is taken over or kept, never overwritten")
{
    Fixture fixture;
    const auto one = object(1, 1);
    fs::create_directories(fixture.place(one).parent_path());
    std::ofstream{fixture.place(one)} << "not what is coming";
    const std::string stranger = sha256_of(fixture.place(one));
    CHECK(store(*fixture.ingest, one).kind == StoreKind::stored);
    CHECK(sha256_of(fixture.place(one)) == stored_sha256(one));
    CHECK(fs::exists(fixture.folder.archive() / "conflicts" / "1.2.3.1.1.1" / (stranger + ".dcm")));
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
}

TEST_CASE("many senders at once: all rows, all files, in far fewer commits")
{
    Fixture fixture{{}, Durability::flushed};
    constexpr int senders = 8;
    constexpr int each = 100;
    Answers answers;
    std::vector<std::thread> threads;
    threads.reserve(senders);
    for (int sender = 0; sender < senders; ++sender) {
        threads.emplace_back([&, sender] {
            for (int i = 0; i < each; ++i) {
                const auto one = object(sender, i, 5000);
                send(*fixture.ingest, announce(one), bytes_of(one),
                     answers.taker(number(sender) * number(each) + number(i)));
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (std::size_t i = 0; i < number(senders) * number(each); ++i) {
        CHECK(answers.wait(i).kind == StoreKind::stored);
    }
    CHECK(fixture.ingest->counters().commits < number(senders) * number(each) / 2);
    fixture.close();
    CHECK(disagreement(fixture.folder.archive()).empty());
    CHECK(rows_of(fixture.folder.archive()).size() == number(senders) * number(each));
}

TEST_CASE("one process writes, others read")
{
    Fixture fixture;
    try {
        Archive::open_for_writing(fixture.folder.archive());
        FAIL("a second writer was let in");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::locked);
    }
    store(*fixture.ingest, object(1, 1));
    CHECK(Archive::open_for_reading(fixture.folder.archive()).index().counts().instances == 1);
}

TEST_CASE("a folder that holds other things does not become an archive")
{
    const Folder folder;
    fs::create_directories(folder.archive());
    std::ofstream{folder.archive() / "thesis.txt"} << "precious";
    try {
        Archive::open_for_writing(folder.archive());
        FAIL("it became one");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::refused);
    }
    CHECK(files_in(folder.archive()) == std::set<std::string>{"thesis.txt"});
}

TEST_CASE("a newer format or schema is refused and nothing is touched")
{
    Fixture fixture;
    store(*fixture.ingest, object(1, 1));
    fixture.close();
    const fs::path settings = fixture.folder.archive() / "archive.toml";
    const std::string old = read_file(settings, 4096);
    std::string newer = old;
    newer.replace(newer.find("format = 1"), 10, "format = 9");
    std::ofstream{settings} << newer;
    CHECK_THROWS_AS(Archive::open_for_writing(fixture.folder.archive()), Error);
    CHECK_THROWS_AS(Archive::open_for_reading(fixture.folder.archive()), Error);
    std::ofstream{settings} << old;
    {
        std::fstream database{fixture.folder.archive() / "index.db",
                              std::ios::binary | std::ios::in | std::ios::out};
        database.seekp(63).put('\x09');  // user_version
    }
    const std::string before = sha256_of(fixture.folder.archive() / "index.db");
    CHECK_THROWS_WITH(Archive::open_for_writing(fixture.folder.archive()),
                      Catch::Contains("schema 9"));
    CHECK(sha256_of(fixture.folder.archive() / "index.db") == before);
}
