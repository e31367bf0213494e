#include "base/file.hpp"
#include "base/error.hpp"

#include "catch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

using pacs::Descriptor;
using pacs::Error;
using pacs::ErrorKind;
using pacs::FileLock;
namespace fs = std::filesystem;

namespace {

struct ScratchFolder {
    ScratchFolder()
    {
        std::string name = (fs::temp_directory_path() / "pacs-base-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~ScratchFolder() { fs::remove_all(path); }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    fs::path path;
};

void put(const fs::path& path, std::string_view text)
{
    pacs::replace_file(path, std::as_bytes(std::span{text}));
}

std::string message_of(const std::function<void()>& action, ErrorKind kind)
{
    try {
        action();
    } catch (const Error& error) {
        CHECK(error.kind() == kind);
        return error.what();
    }
    FAIL("no error");
    return {};
}

}  // namespace

TEST_CASE("a replaced file has the new bytes, the old mode, and leaves nothing beside it")
{
    const ScratchFolder scratch;
    const fs::path file = scratch.path / "a";
    put(file, "one");
    CHECK(pacs::read_file(file, 100) == "one");
    ::chmod(file.c_str(), 0640);
    put(file, "two");
    CHECK(pacs::read_file(file, 100) == "two");
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0640);
    CHECK(std::distance(fs::directory_iterator{scratch.path}, {}) == 1);
}

TEST_CASE("a file that cannot be replaced stays as it is, and the error says why")
{
    const ScratchFolder scratch;
    const fs::path folder = scratch.path / "in-the-way";
    fs::create_directories(folder / "full");
    CHECK_THAT(message_of([&] { put(folder, "x"); }, ErrorKind::storage),
               Catch::Contains("replacing " + folder.string()));
    CHECK(fs::is_directory(folder));
    CHECK(std::distance(fs::directory_iterator{scratch.path}, {}) == 1);
    CHECK_THAT(message_of([&] { put(scratch.path / "no" / "a", "x"); }, ErrorKind::storage),
               Catch::Contains("No such file or directory"));
}

TEST_CASE("only regular files are opened, and a FIFO without a writer does not block")
{
    const ScratchFolder scratch;
    const fs::path fifo = scratch.path / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(message_of([&] { pacs::open_for_reading(fifo); }, ErrorKind::storage) ==
          "opening " + fifo.string() + ": not a regular file");
    CHECK(message_of([&] { pacs::open_for_reading(scratch.path); }, ErrorKind::storage) ==
          "opening " + scratch.path.string() + ": Is a directory");
    CHECK(message_of([&] { pacs::open_for_reading(scratch.path / "no"); }, ErrorKind::storage) ==
          "opening " + (scratch.path / "no").string() + ": No such file or directory");
}

TEST_CASE("reading a file stops at the limit")
{
    const ScratchFolder scratch;
    const fs::path file = scratch.path / "a";
    put(file, std::string(100'000, 'x'));
    CHECK(pacs::read_file(file, 100'000).size() == 100'000);
    CHECK(message_of([&] { pacs::read_file(file, 99'999); }, ErrorKind::storage) ==
          "reading " + file.string() + ": larger than 99999 bytes");
}

TEST_CASE("short reads are finished, up to the end of the file")
{
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    const Descriptor reader{ends[0]};
    Descriptor writer{ends[1]};
    const std::string_view text = "abcdef";
    pacs::write_all(writer.get(), std::as_bytes(std::span{text}), "pipe");
    CHECK(writer.close());
    std::string got(10, '.');
    CHECK(pacs::read_some(reader.get(), std::as_writable_bytes(std::span{got}), "pipe") == 6);
    CHECK(got == "abcdef....");
}

TEST_CASE("a full disk is an error when writing, and a closed descriptor one when closing")
{
    const Descriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    const std::string_view text = "x";
    CHECK(message_of(
              [&] { pacs::write_all(full.get(), std::as_bytes(std::span{text}), "/dev/full"); },
              ErrorKind::storage) == "writing /dev/full: No space left on device");
    Descriptor none{-1};
    CHECK_FALSE(none.close());
}

TEST_CASE("a descriptor has one owner")
{
    Descriptor first{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    const int number = first.get();
    Descriptor second{std::move(first)};
    CHECK(second.get() == number);
    second = Descriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    CHECK(::fcntl(number, F_GETFD) == -1);  // the assignment closed it
    CHECK(second.close());
}

TEST_CASE("free space is known for a folder that exists and an error for one that does not")
{
    const ScratchFolder scratch;
    CHECK(pacs::free_bytes(scratch.path) > 0);
    CHECK_THAT(message_of([&] { pacs::free_bytes(scratch.path / "no"); }, ErrorKind::storage),
               Catch::Contains("No such file"));
}

TEST_CASE("a lock keeps a second holder out, says who has it, and ends with its owner")
{
    const ScratchFolder scratch;
    const fs::path file = scratch.path / "lock";
    {
        const FileLock lock{file};
        CHECK(message_of([&] { const FileLock second{file}; }, ErrorKind::locked) ==
              "locking " + file.string() + ": held by process " + std::to_string(::getpid()));
    }
    const FileLock again{file};
    CHECK(pacs::read_file(file, 100) == std::to_string(::getpid()) + "\n");
}

TEST_CASE("a lock does not follow a symbolic link")
{
    const ScratchFolder scratch;
    put(scratch.path / "target", "precious");
    fs::create_symlink(scratch.path / "target", scratch.path / "lock");
    message_of([&] { const FileLock lock{scratch.path / "lock"}; }, ErrorKind::storage);
    CHECK(pacs::read_file(scratch.path / "target", 100) == "precious");
}
