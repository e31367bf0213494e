#include "base/spool.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>

namespace pacs {

namespace {

constexpr std::size_t buffer_limit = 64UL * 1024;

/// Not every file system knows files without a name.
int open_unnamed(const std::string& folder)
{
    const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) {
        return fd;
    }
    std::string name = folder + "/pacs-XXXXXX";
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) {
        ::unlink(name.c_str());
    }
    return named;
}

}  // namespace

Spool::Spool()
{
    const char* const wanted = std::getenv("TMPDIR");
    folder_ = wanted != nullptr && *wanted != '\0' ? wanted : "/tmp";
    file_ = Descriptor{open_unnamed(folder_)};
    if (!file_) {
        throw Error(ErrorKind::storage, fmt::format("making a temporary file in {}: {}", folder_,
                                                    std::strerror(errno)));
    }
    space_.emplace(folder_);
}

void Spool::add(std::string_view line)
{
    buffer_ += line;
    if (buffer_.size() >= buffer_limit) {
        drain();
    }
}

void Spool::drain()
{
    space_->announce(buffer_.size());
    write_all(file_.get(), std::as_bytes(std::span{buffer_}), folder_);
    buffer_.clear();
}

int Spool::rewind()
{
    drain();
    if (::lseek(file_.get(), 0, SEEK_SET) < 0) {
        throw Error(ErrorKind::storage, fmt::format("reading a temporary file in {}: {}", folder_,
                                                    std::strerror(errno)));
    }
    return file_.get();
}

}  // namespace pacs
