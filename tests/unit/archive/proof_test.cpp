#include "archive/proof.hpp"

#include "archive/ingest.hpp"
#include "catch.hpp"
#include "ingest_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <future>

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
constexpr std::size_t large = 20'000'000;  // more than one turn

}  // namespace

TEST_CASE("a stored object is proven, small or large, and its data set is found")
{
    for (const std::size_t bytes : {small, large}) {
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
    for (const std::size_t bytes : {small, large}) {
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
