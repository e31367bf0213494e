#include "stream/content.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace pacs::stream {

namespace {

[[noreturn]] void fail(const char* doing, const std::string& name, const char* reason)
{
    throw Error(ErrorKind::storage, fmt::format("{} {}: {}", doing, name, reason));
}

std::string temporary_folder()
{
    const char* folder = std::getenv("TMPDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

/// An open file that has no name, so that nothing is left behind however the process ends.
Descriptor open_nameless()
{
    const std::string folder = temporary_folder();
    Descriptor file{::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (!file) {  // a file system without O_TMPFILE
        std::string name = folder + "/pacs-XXXXXX";
        file = Descriptor{::mkostemp(name.data(), O_CLOEXEC)};
        if (!file) {
            fail("making a temporary file in", folder, std::strerror(errno));
        }
        ::unlink(name.c_str());
    }
    return file;
}

}  // namespace

Content Content::of_file(const std::filesystem::path& path)
{
    return of_descriptor(open_for_reading(path), path.string());
}

Content Content::of_memory(std::string bytes)
{
    Content content;
    content.size_ = bytes.size();
    content.memory_ = std::move(bytes);
    return content;
}

Content Content::of_descriptor(Descriptor file, std::string name)
{
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        fail("reading", name, std::strerror(errno));
    }
    Content content;
    content.file_ = std::move(file);
    content.name_ = std::move(name);
    content.size_ = static_cast<std::uint64_t>(status.st_size);
    return content;
}

std::span<const std::byte> Content::memory() const noexcept
{
    return loaded_ ? std::span<const std::byte>{loaded_.get(), static_cast<std::size_t>(size_)}
                   : std::as_bytes(std::span{memory_});
}

void Content::load()
{
    if (in_memory()) {
        return;
    }
    load(std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(size_)));
}

void Content::load(std::shared_ptr<std::byte[]> memory)
{
    if (in_memory()) {
        return;
    }
    read_exactly(0, {memory.get(), static_cast<std::size_t>(size_)});
    loaded_ = std::move(memory);
}

void Content::unload() noexcept
{
    loaded_.reset();
}

std::size_t Content::read_at(std::uint64_t offset, std::span<std::byte> bytes) const
{
    if (in_memory()) {
        const auto all = memory();
        const std::size_t from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, size_));
        const std::size_t count = std::min(bytes.size(), all.size() - from);
        std::memcpy(bytes.data(), all.data() + from, count);
        return count;
    }
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::pread(file_.get(), bytes.data() + done, bytes.size() - done,
                                      static_cast<off_t>(offset + done));
        if (count < 0 && errno != EINTR) {
            fail("reading", name_, std::strerror(errno));
        }
        if (count == 0) {
            break;
        }
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return done;
}

void Content::read_exactly(std::uint64_t offset, std::span<std::byte> bytes) const
{
    if (read_at(offset, bytes) != bytes.size()) {
        fail("reading", name_, "it became shorter");
    }
}

std::string Content::read_from(std::uint64_t offset) const
{
    std::string bytes(static_cast<std::size_t>(size_ - std::min(offset, size_)), '\0');
    read_exactly(offset, std::as_writable_bytes(std::span{bytes}));
    return bytes;
}

void Spool::append(std::span<const std::byte> bytes)
{
    if (!file_ && memory_.size() + bytes.size() > memory_bytes_) {
        file_ = open_nameless();
        space_.emplace(temporary_folder(), reserve_);
        spill(std::as_bytes(std::span{memory_}));
        memory_ = {};
    }
    if (file_) {
        spill(bytes);
    } else {
        memory_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    size_ += bytes.size();
}

void Spool::spill(std::span<const std::byte> bytes)
{
    space_->announce(bytes.size());
    write_all(file_.get(), bytes, temporary_folder());
}

Content Spool::finish(const std::string& name)
{
    size_ = 0;
    if (file_) {
        return Content::of_descriptor(std::exchange(file_, Descriptor{}), name);
    }
    return Content::of_memory(std::exchange(memory_, {}));
}

}  // namespace pacs::stream
