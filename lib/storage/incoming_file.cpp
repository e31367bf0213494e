#include "storage/incoming_file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <system_error>
#include <utility>
#include <vector>

namespace pacs::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view part_suffix = ".part";
constexpr std::size_t digest_digits = 64;

[[noreturn]] void fail(std::string_view doing, const fs::path& path)
{
    throw Error(ErrorKind::storage,
                fmt::format("{} {}: {}", doing, path.string(), std::strerror(errno)));
}

/// Names are made unique by the process and a count; what a crashed process of the same id left is
/// stepped over, and cleared at the next start anyway.
std::string next_stem()
{
    static std::atomic<std::uint64_t> count{0};
    return fmt::format("{}-{}", ::getpid(), count.fetch_add(1, std::memory_order_relaxed));
}

std::string hex_of(const Sha256Value& digest)
{
    return to_hex(digest);
}

bool is_lower_hex(std::string_view text)
{
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// "PID-COUNT"
bool is_stem(std::string_view text)
{
    const std::size_t dash = text.find('-');
    return dash != std::string_view::npos && dash != 0 && dash + 1 < text.size() &&
           text.find_first_not_of("0123456789-") == std::string_view::npos &&
           text.find('-', dash + 1) == std::string_view::npos;
}

Leftover examine(const fs::path& path)
{
    Leftover found;
    found.path = path;
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) {
        fail("looking at", path);
    }
    found.links = facts.st_nlink;
    const std::string name = path.filename().string();
    const std::size_t dot = name.find('.');
    const std::string_view suffix =
        dot == std::string::npos ? std::string_view{} : std::string_view{name}.substr(dot);
    if (!S_ISREG(facts.st_mode) || !is_stem(name.substr(0, dot))) {
        found.ours = false;
    } else if (suffix.size() == digest_digits + 1 && is_lower_hex(suffix.substr(1))) {
        found.sha256 = suffix.substr(1);
    } else {
        found.ours = suffix == part_suffix || suffix == ".old";
    }
    return found;
}

}  // namespace

bool same_file(const fs::path& a, const fs::path& b) noexcept
{
    struct stat one {};
    struct stat other {};
    return ::lstat(a.c_str(), &one) == 0 && ::lstat(b.c_str(), &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool link_file(const fs::path& from, const fs::path& to)
{
    if (::link(from.c_str(), to.c_str()) == 0) {
        return true;
    }
    if (errno != EEXIST) {
        fail("linking to", to);
    }
    return false;
}

bool remove_file(const fs::path& path) noexcept
{
    return ::unlink(path.c_str()) == 0 || errno == ENOENT;
}

IncomingFile::IncomingFile(const Layout& layout, const Sha256Value* digest)
{
    const std::string suffix = digest != nullptr ? "." + hex_of(*digest) : std::string{part_suffix};
    for (;;) {
        path_ = layout.incoming() / (next_stem() + suffix);
        const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            file_ = Descriptor{fd};
            return;
        }
        if (errno != EEXIST && errno != EINTR) {
            const fs::path path = std::exchange(path_, {});
            fail("creating", path);
        }
    }
}

IncomingFile::~IncomingFile()
{
    withdraw();
}

IncomingFile::IncomingFile(IncomingFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      published_(std::exchange(other.published_, {})),
      replaced_(std::exchange(other.replaced_, {})),
      file_(std::move(other.file_)),
      size_(other.size_),
      flushing_(other.flushing_)
{
}

IncomingFile& IncomingFile::operator=(IncomingFile&& other) noexcept
{
    if (this != &other) {
        withdraw();
        path_ = std::exchange(other.path_, {});
        published_ = std::exchange(other.published_, {});
        replaced_ = std::exchange(other.replaced_, {});
        file_ = std::move(other.file_);
        size_ = other.size_;
        flushing_ = other.flushing_;
    }
    return *this;
}

void IncomingFile::write(std::span<const std::byte> bytes)
{
    write_all(file_.get(), bytes, path_);
    size_ += bytes.size();
}

std::int64_t IncomingFile::modified_ms() const
{
    struct stat facts {};
    if (::fstat(file_.get(), &facts) != 0) {
        fail("looking at", path_);
    }
    return std::int64_t{facts.st_mtim.tv_sec} * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
}

void IncomingFile::start_flushing() noexcept
{
    // The result does not matter: flush() does the work and reports.
    ::sync_file_range(file_.get(), static_cast<off64_t>(flushing_),
                      static_cast<off64_t>(size_ - flushing_), SYNC_FILE_RANGE_WRITE);
    flushing_ = size_;
}

void IncomingFile::rename_to(const fs::path& path)
{
    if (::rename(path_.c_str(), path.c_str()) != 0) {
        fail("renaming to", path);
    }
    path_ = path;
}

void IncomingFile::seal(const Sha256Value& digest)
{
    fs::path sealed = path_;
    sealed.replace_extension(hex_of(digest));
    if (sealed != path_) {
        rename_to(sealed);
    }
}

bool IncomingFile::publish(Folders& folders, const fs::path& path)
{
    if (::link(path_.c_str(), path.c_str()) != 0) {
        if (errno == ENOENT) {
            folders.forget(path.parent_path());
            folders.make(path.parent_path());
            if (!link_file(path_, path)) {
                return false;
            }
        } else if (errno == EEXIST) {
            return false;
        } else {
            fail("linking to", path);
        }
    }
    published_ = path;
    return true;
}

void IncomingFile::replace(const fs::path& path, const fs::path& old_name)
{
    fs::path second = path_;
    second.replace_extension("part");
    remove_file(second);
    if (!link_file(path_, second)) {
        errno = EEXIST;
        fail("linking to", second);
    }
    if (::rename(second.c_str(), path.c_str()) != 0) {
        const int reason = errno;
        remove_file(second);
        errno = reason;
        fail("renaming to", path);
    }
    published_ = path;
    replaced_ = old_name;
}

void IncomingFile::flush(Folders& folders)
{
    if (file_) {
        flush_file(file_.get(), path_);
        close();
    }
    if (!published_.empty()) {
        folders.flush(published_.parent_path());
    }
}

void IncomingFile::close()
{
    if (file_ && !file_.close()) {
        fail("closing", path_);
    }
}

void IncomingFile::settle() noexcept
{
    if (!path_.empty()) {
        remove_file(path_);  // what cannot be removed now, the next start will
    }
    leave();
}

void IncomingFile::leave() noexcept
{
    path_.clear();
    published_.clear();
    replaced_.clear();
}

bool IncomingFile::restore_replaced() noexcept
{
    fs::path second = path_;
    second.replace_extension("old");
    return ::link(replaced_.c_str(), second.c_str()) == 0 &&
           ::rename(second.c_str(), published_.c_str()) == 0;
}

bool IncomingFile::unpublish() noexcept
{
    if (published_.empty()) {
        return true;
    }
    const bool done = replaced_.empty() ? remove_file(published_) : restore_replaced();
    published_.clear();
    replaced_.clear();
    return done;
}

bool IncomingFile::withdraw() noexcept
{
    if (path_.empty()) {
        return true;
    }
    // While the object keeps its name, so does the entry: the next start looks again.
    const bool all = unpublish() && remove_file(path_);
    path_.clear();
    return all;
}

void visit_leftovers(const Layout& layout, const std::function<void(const Leftover&)>& visit)
{
    std::error_code error;
    fs::directory_iterator entry{layout.incoming(), error};
    // Names are gathered first: `visit` removes them, and readdir(3) leaves open what it then does.
    std::vector<fs::path> paths;
    for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
        paths.push_back(entry->path());
    }
    if (error) {
        throw Error(ErrorKind::storage, fmt::format("reading folder {}: {}",
                                                    layout.incoming().string(), error.message()));
    }
    for (const fs::path& path : paths) {
        visit(examine(path));
    }
}

}  // namespace pacs::storage
