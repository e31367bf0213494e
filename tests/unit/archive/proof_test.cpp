#include "archive/proof.hpp"

#include "archive/ingest.hpp"
#include "catch.hpp"
#include "ingest_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <vector>

using namespace pacs;
using namespace pacs::test::ingest;
using archive::StoredFault;

namespace {

/// An archive with one object of about `bytes`.
struct Stored {
    explicit Stored(std::size_t bytes)
    {
        REQUIRE(store(ingest, made(bytes)).status == net::statuses::success);
        row = archive.index().find("1.2.3.1.1.1").value();
    }
    static dicom::DataSet made(std::size_t bytes, char shade = 1)
    {
        return object(1, 1, bytes, shade);
    }
    archive::ProvenObject prove(index::StoredInstance what)
    {
        std::promise<archive::ProvenObject> promise;
        prover.prove(std::move(what),
                     [&](archive::ProvenObject&& object) { promise.set_value(std::move(object)); });
        return promise.get_future().get();
    }
    fs::path path() const
    {
        return archive.layout().object({row.study_uid, row.series_uid, row.instance_uid});
    }
    void flip(std::uint64_t at) const
    {
        std::fstream file{path(), std::ios::in | std::ios::out | std::ios::binary};
        file.seekg(static_cast<std::streamoff>(at));
        const char byte = static_cast<char>(file.get() ^ 1);
        file.seekp(static_cast<std::streamoff>(at));
        file.put(byte);
        REQUIRE(file.good());
    }

    Folder folder;
    archive::Archive archive = archive::Archive::open_for_writing(folder.archive());
    archive::Ingest ingest{archive, {.on_conflict = archive::OnConflict::replace}};
    archive::Prover prover{archive, 2};
    index::StoredInstance row;
};

constexpr std::size_t small = 1'000;
constexpr std::size_t middling = 300'000;  // proven and sent from memory
constexpr std::size_t large = 20'000'000;  // more than one turn

}  // namespace

TEST_CASE("a stored object is proven, however large, and its data set is found")
{
    for (const std::size_t bytes : {small, middling, large}) {
        Stored stored{bytes};
        const auto object = stored.prove(stored.row);
        CHECK(object.fault == StoredFault::none);
        CHECK(object.content.size() == stored.row.size);
        CHECK(object.head.syntax.uid() == dicom::uids::explicit_le);
        const std::string data = object.content.read_from(object.head.data_offset);
        CHECK(data == bytes_of(Stored::made(bytes)));
    }
}

TEST_CASE("one flipped byte anywhere is found")
{
    for (const std::size_t bytes : {small, middling, large}) {
        Stored stored{bytes};
        for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{200}, stored.row.size - 1}) {
            stored.flip(at);
            CHECK(stored.prove(stored.row).fault == StoredFault::changed);
            stored.flip(at);
            CHECK(stored.prove(stored.row).fault == StoredFault::none);
        }
    }
}

TEST_CASE("an object that is gone, cut, longer or no file at all is told as such")
{
    Stored stored{small};
    fs::resize_file(stored.path(), stored.row.size - 1);
    CHECK(stored.prove(stored.row).fault == StoredFault::changed);
    fs::resize_file(stored.path(), stored.row.size + 1);
    CHECK(stored.prove(stored.row).fault == StoredFault::changed);
    fs::remove(stored.path());
    CHECK(stored.prove(stored.row).fault == StoredFault::missing);
    fs::create_directory(stored.path());
    const auto folder = stored.prove(stored.row);
    CHECK(folder.fault == StoredFault::unreadable);
    CHECK_FALSE(folder.message.empty());
}

TEST_CASE("an object that was replaced since the index was asked is as good")
{
    Stored stored{small};
    REQUIRE(store(stored.ingest, Stored::made(small, 2)).status.success());
    const auto object = stored.prove(stored.row);
    CHECK(object.fault == StoredFault::none);
    CHECK(object.stored.sha256 != stored.row.sha256);
    CHECK(object.content.read_from(object.head.data_offset) == bytes_of(Stored::made(small, 2)));
}

TEST_CASE("many objects are proven at once, and none is forgotten")
{
    Stored stored{small};
    std::atomic<int> done{0};
    {
        archive::Prover prover{stored.archive, 3};
        for (int i = 0; i < 500; ++i) {
            prover.prove(stored.row, [&](archive::ProvenObject&& object) {
                done += object.fault == StoredFault::none ? 1 : 1000;
            });
        }
    }
    CHECK(done == 500);
}

TEST_CASE("what was proven in memory is what is given out, whatever becomes of the file")
{
    Stored stored{middling};
    const auto object = stored.prove(stored.row);
    REQUIRE(object.fault == StoredFault::none);
    stored.flip(stored.row.size - 1);
    CHECK(object.content.memory().size() == stored.row.size);
    CHECK(object.content.read_from(object.head.data_offset) == bytes_of(Stored::made(middling)));
}

TEST_CASE("more than memory is meant for are proven all the same, from their files")
{
    constexpr std::size_t count = 80;
    Stored stored{middling};
    std::mutex mutex;
    std::vector<archive::ProvenObject> held;
    {
        archive::Prover prover{stored.archive, 3};
        for (std::size_t i = 0; i < count; ++i) {
            prover.prove(stored.row, [&](archive::ProvenObject&& object) {
                const std::scoped_lock lock{mutex};
                held.push_back(std::move(object));
            });
        }
    }
    REQUIRE(held.size() == count);
    const std::string data = bytes_of(Stored::made(middling));
    std::size_t in_memory = 0;
    for (const archive::ProvenObject& object : held) {
        REQUIRE(object.fault == StoredFault::none);
        REQUIRE(object.content.read_from(object.head.data_offset) == data);
        in_memory += object.content.memory().empty() ? 0 : 1;
    }
    CHECK(in_memory == 64);
}

TEST_CASE("among many that are proven side by side only the altered one fails")
{
    Stored stored{middling};
    index::StoredInstance altered = stored.row;
    altered.sha256.front() = altered.sha256.front() == '0' ? '1' : '0';
    altered.instance_uid = "1.2.3.99";  // not in the index: nothing came into its place
    const auto other = stored.archive.layout().object(
        {altered.study_uid, altered.series_uid, altered.instance_uid});
    fs::copy_file(stored.path(), other);
    std::atomic<int> good{0};
    std::atomic<int> bad{0};
    {
        archive::Prover prover{stored.archive, 2};
        for (int i = 0; i < 101; ++i) {
            const bool wrong = i % 10 == 0;
            prover.prove(wrong ? altered : stored.row, [&, wrong](archive::ProvenObject&& object) {
                const auto expected = wrong ? StoredFault::changed : StoredFault::none;
                ++(object.fault == expected ? good : bad);
            });
        }
    }
    CHECK(good == 101);
    CHECK(bad == 0);
}
