#include "retrieve/new_file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace pacs::retrieve {

namespace {

namespace fs = std::filesystem;

constexpr mode_t mode = 0666;  // less the umask

[[noreturn]] void fail(std::string_view doing, const fs::path& path)
{
    throw Error(ErrorKind::storage,
                fmt::format("{} {}: {}", doing, path.string(), std::strerror(errno)));
}

std::string by_descriptor(int fd)
{
    return fmt::format("/proc/self/fd/{}", fd);
}

}  // namespace

bool NewFile::can_be_nameless(const fs::path& folder)
{
    NewFile named{folder, false};  // throws when nothing can be written there
    const Descriptor file{::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode)};
    if (!file) {
        return false;
    }
    const fs::path name = named.hidden_name();
    const bool linked = ::linkat(AT_FDCWD, by_descriptor(file.get()).c_str(), AT_FDCWD,
                                 name.c_str(), AT_SYMLINK_FOLLOW) == 0;
    if (linked) {
        ::unlink(name.c_str());
    }
    return linked;
}

NewFile::NewFile(fs::path folder, bool nameless) : folder_(std::move(folder))
{
    if (nameless) {
        file_ = Descriptor{::open(folder_.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode)};
    } else {
        fs::path part = hidden_name();
        file_ = Descriptor{::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
        part_ = file_ ? std::move(part) : fs::path{};
    }
    if (!file_) {
        fail("creating a file in", folder_);
    }
}

NewFile::~NewFile()
{
    if (!part_.empty()) {
        ::unlink(part_.c_str());
    }
}

fs::path NewFile::hidden_name() const
{
    static std::atomic<std::uint64_t> count{0};
    for (;;) {  // past what another process of the same id left
        fs::path name = folder_ / fmt::format(".pacs-get-{}-{}.part", ::getpid(), count++);
        if (::access(name.c_str(), F_OK) != 0) {
            return name;
        }
    }
}

void NewFile::write(std::span<const std::byte> bytes)
{
    write_all(file_.get(), bytes, part_.empty() ? folder_ : part_);
}

void NewFile::flush()
{
    flush_file(file_.get(), part_.empty() ? folder_ : part_);
}

bool NewFile::link_to(const fs::path& path) const
{
    const int done = part_.empty() ? ::linkat(AT_FDCWD, by_descriptor(file_.get()).c_str(),
                                              AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW)
                                   : ::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path.c_str(),
                                                 RENAME_NOREPLACE);
    if (done == 0) {
        return true;
    }
    const bool unknown = errno == EINVAL || errno == ENOSYS;
    if (!part_.empty() && unknown && ::link(part_.c_str(), path.c_str()) == 0) {
        ::unlink(part_.c_str());
        return true;
    }
    if (errno != EEXIST) {
        fail("naming", path);
    }
    return false;
}

bool NewFile::publish(const fs::path& path)
{
    if (!link_to(path)) {
        return false;
    }
    part_.clear();
    return true;
}

void NewFile::replace(const fs::path& path)
{
    if (part_.empty()) {
        fs::path part = hidden_name();
        if (!link_to(part)) {
            fail("naming", part);
        }
        part_ = std::move(part);
    }
    if (::rename(part_.c_str(), path.c_str()) != 0) {
        fail("naming", path);
    }
    part_.clear();
}

fs::path NewFile::readable() const
{
    return part_.empty() ? fs::path{by_descriptor(file_.get())} : part_;
}

}  // namespace pacs::retrieve
