#include "base/file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace pacs {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string_view doing, const fs::path& path, int error = errno)
{
    throw Error(ErrorKind::storage,
                fmt::format("{} {}: {}", doing, path.string(), std::strerror(error)));
}

/// Calls `operation` again as long as a signal interrupts it.
template <typename Operation>
auto uninterrupted(const Operation& operation)
{
    for (;;) {
        const auto result = operation();
        if (result >= 0 || errno != EINTR) {
            return result;
        }
    }
}

fs::path folder_of(const fs::path& path)
{
    return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

/// A new, empty file beside `path`; `temporary` becomes its name. Not mkstemp(3), which would make
/// the final file unreadable for others whatever the umask says.
Descriptor create_beside(const fs::path& path, fs::path& temporary)
{
    static std::atomic<unsigned> counter{0};
    constexpr int attempts = 1000;  // names left behind by crashed runs of the same pid
    for (int i = 0; i < attempts; ++i) {
        temporary = folder_of(path) /
                    fmt::format(".{}.{}-{}.tmp", path.filename().string(), ::getpid(), counter++);
        const int fd = uninterrupted([&] {
            return ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        });
        if (fd >= 0) {
            return Descriptor{fd};
        }
        if (errno != EEXIST) {
            break;
        }
    }
    fail("creating", temporary);
}

void copy_mode(const fs::path& from, int to)
{
    struct stat old {};
    if (::stat(from.c_str(), &old) == 0 && ::fchmod(to, old.st_mode & 07777U) != 0) {
        fail("setting the mode of", from);
    }
}

}  // namespace

Descriptor::~Descriptor()
{
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept
{
    if (this != &other) {
        Descriptor old{std::exchange(fd_, std::exchange(other.fd_, -1))};
    }
    return *this;
}

bool Descriptor::close() noexcept
{
    return ::close(std::exchange(fd_, -1)) == 0;
}

Descriptor open_for_reading(const fs::path& path)
{
    Descriptor file{uninterrupted(
        [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); })};
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) {
        fail("opening", path);
    }
    if (S_ISDIR(status.st_mode)) {
        fail("opening", path, EISDIR);
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorKind::storage,
                    fmt::format("opening {}: not a regular file", path.string()));
    }
    return file;
}

void write_all(int fd, std::span<const std::byte> bytes, const fs::path& path)
{
    while (!bytes.empty()) {
        const ssize_t written =
            uninterrupted([&] { return ::write(fd, bytes.data(), bytes.size()); });
        if (written < 0) {
            fail("writing", path);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::size_t read_some(int fd, std::span<std::byte> bytes, const fs::path& path)
{
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const auto rest = bytes.subspan(filled);
        const ssize_t count = uninterrupted([&] { return ::read(fd, rest.data(), rest.size()); });
        if (count < 0) {
            fail("reading", path);
        }
        if (count == 0) {
            break;
        }
        filled += static_cast<std::size_t>(count);
    }
    return filled;
}

std::string read_file(const fs::path& path, std::size_t limit_bytes)
{
    const Descriptor file = open_for_reading(path);
    std::string text;
    constexpr std::size_t step = 64UL * 1024;
    for (;;) {
        const std::size_t before = text.size();
        text.resize(before + step);
        const std::size_t count =
            read_some(file.get(), std::as_writable_bytes(std::span{text}).subspan(before), path);
        text.resize(before + count);
        if (text.size() > limit_bytes) {
            throw Error(ErrorKind::storage, fmt::format("reading {}: larger than {} bytes",
                                                        path.string(), limit_bytes));
        }
        if (count < step) {
            return text;
        }
    }
}

void flush_file(int fd, const fs::path& path)
{
    if (uninterrupted([&] { return ::fdatasync(fd); }) != 0) {
        fail("flushing", path);
    }
}

void flush_folder(const fs::path& folder)
{
    const Descriptor directory{
        uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
    if (!directory || uninterrupted([&] { return ::fsync(directory.get()); }) != 0) {
        fail("flushing folder", folder);
    }
}

std::uint64_t free_bytes(const fs::path& folder)
{
    struct statvfs status {};
    if (uninterrupted([&] { return ::statvfs(folder.c_str(), &status); }) != 0) {
        fail("asking for the free space of", folder);
    }
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

void replace_file(const fs::path& path, std::span<const std::byte> bytes)
{
    fs::path temporary;
    Descriptor file = create_beside(path, temporary);
    try {
        copy_mode(path, file.get());
        write_all(file.get(), bytes, temporary);
        if (uninterrupted([&] { return ::fsync(file.get()); }) != 0 || !file.close()) {
            fail("flushing", temporary);
        }
        if (::rename(temporary.c_str(), path.c_str()) != 0) {
            fail("replacing", path);
        }
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    flush_folder(folder_of(path));
}

FileLock::FileLock(const fs::path& path)
    : file_(uninterrupted([&] {
          return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
      }))
{
    if (!file_) {
        fail("opening", path);
    }
    if (uninterrupted([&] { return ::flock(file_.get(), LOCK_EX | LOCK_NB); }) != 0) {
        if (errno != EWOULDBLOCK) {
            fail("locking", path);
        }
        char holder[16] = {};
        const ssize_t length = ::pread(file_.get(), holder, sizeof holder - 1, 0);
        const std::string_view text{holder, length > 0 ? static_cast<std::size_t>(length) : 0};
        const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
        throw Error(ErrorKind::locked, fmt::format("locking {}: held by process {}", path.string(),
                                                   digits.empty() ? "unknown" : digits));
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file_.get(), 0) != 0) {
        fail("writing", path);
    }
    write_all(file_.get(), std::as_bytes(std::span{pid}), path);
}

}  // namespace pacs
