#include "retrieve/output.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "retrieve/test_source.hpp"
#include "stream/tar_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace pacs;
using namespace pacs::retrieve;
using namespace pacs::retrieve::test;

namespace {

dicom::DataSet header(const Item& item)
{
    const std::string bytes = data_set_of(item);
    return dicom::decode(std::as_bytes(std::span{bytes}), dicom::TransferSyntax{explicit_le});
}

Kept keep(Output& output, const Item& item, const std::string& bytes)
{
    Kept result;
    const auto keeper = output.begin();
    keeper->write(std::as_bytes(std::span{bytes}));
    keeper->keep(header(item), [&](Kept&& kept) { result = std::move(kept); });
    output.settle();
    return result;
}

const Item item{"1.2", "1.2.3", "1.2.3.4"};

std::unique_ptr<Output> into(const fs::path& folder, bool flush = true)
{
    FolderOptions options;
    options.folder = folder;
    options.flush = flush;
    return folder_output(options);
}

}  // namespace

TEST_CASE("an object becomes a file of the same bytes, with its size and digest told")
{
    for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, std::size_t{5} << 20U}) {
        const Folder folder;
        const auto output = into(folder.path / "new" / "deep");
        const std::string bytes(size, 'x');
        const Kept kept = keep(*output, item, bytes);
        CHECK(kept.kind == KeptKind::kept);
        CHECK(kept.size == size);
        CHECK(kept.sha256 == to_hex(Sha256::of(std::as_bytes(std::span{bytes}))));
        CHECK(content_of(kept.path) == bytes);
        CHECK(folder.files() == std::vector<std::string>{"new/deep/1.2/1.2.3/1.2.3.4.dcm"});
    }
}

TEST_CASE("an object that is dropped leaves nothing")
{
    const Folder folder;
    {
        const auto output = into(folder.path);
        const auto keeper = output->begin();
        const std::string bytes(std::size_t{3} << 20U, 'x');
        keeper->write(std::as_bytes(std::span{bytes}));
    }
    CHECK(folder.files().empty());
}

TEST_CASE("the same object again is there already, another one is a conflict and changes nothing")
{
    const Folder folder;
    const auto output = into(folder.path, false);
    CHECK(keep(*output, item, "one").kind == KeptKind::kept);
    CHECK(keep(*output, item, "one").kind == KeptKind::exists);
    const Kept other = keep(*output, item, "two");
    CHECK(other.kind == KeptKind::conflict);
    CHECK(content_of(folder.path / folder.files()[0]) == "one");
    CHECK(output->failure().empty());
}

TEST_CASE("the same data set behind another meta header is the same object")
{
    const Folder folder;
    const auto output = into(folder.path);
    const std::string data = data_set_of(item);
    std::string file = dicom::make_file_head(ct, item.instance, explicit_le) + data;
    CHECK(keep(*output, item, file).kind == KeptKind::kept);
    file[5] = 'X';  // in the preamble
    CHECK(keep(*output, item, file).kind == KeptKind::exists);
}

TEST_CASE("a name that is a folder, or a folder that is a file, fails that object alone")
{
    const Folder folder;
    const auto output = into(folder.path);
    std::ofstream{folder.path / "1.2"} << "in the way";
    CHECK(keep(*output, item, "one").kind == KeptKind::failed);
    CHECK(output->failure().empty());
    fs::remove(folder.path / "1.2");
    fs::create_directories(folder.path / "1.2" / "1.2.3" / "1.2.3.4.dcm");
    CHECK(keep(*output, item, "one").kind == KeptKind::failed);
    CHECK(content_of(folder.path / "1.2").empty());
}

TEST_CASE("a folder that cannot be written to is an error before anything comes")
{
    CHECK_THROWS_AS(into("/proc/nothing"), Error);
    const Folder folder;
    std::ofstream{folder.path / "file"} << "no folder";
    CHECK_THROWS_AS(into(folder.path / "file"), Error);
}

TEST_CASE("a tar stream holds each object as it came, and flows object by object")
{
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    const Descriptor reading{ends[0]};
    Descriptor writing{ends[1]};
    const auto output = tar_output(writing.get(), Naming{});
    const Kept kept = keep(*output, item, "one object");
    CHECK(kept.kind == KeptKind::kept);
    CHECK(kept.member == "1.2/1.2.3/1.2.3.4.dcm");
    char bytes[4096];
    CHECK(::read(reading.get(), bytes, sizeof bytes) == 1024);  // its header and its block
    CHECK(std::string_view{bytes} == kept.member);
    output->finish();
    CHECK(::read(reading.get(), bytes, sizeof bytes) >= 1024);  // the end mark
}
