#include "base/space.hpp"

#include "base/error.hpp"

#include <sys/statvfs.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pacs {

Space space_of(const std::filesystem::path& folder)
{
    struct statvfs answer {};
    int result = 0;
    do {
        result = ::statvfs(folder.c_str(), &answer);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        throw Error(ErrorKind::storage, fmt::format("asking for the space of {}: {}",
                                                    folder.string(), std::strerror(errno)));
    }
    return {std::uint64_t{answer.f_bavail} * answer.f_frsize,
            std::uint64_t{answer.f_blocks} * answer.f_frsize};
}

std::uint64_t Space::held(const DiskShare& reserve) const noexcept
{
    const std::uint64_t share = reserve.of(total);
    return reserve.percent > 0 && reserve.bytes > 0 ? std::min(share, reserve.bytes) : share;
}

void SpaceGuard::announce(std::uint64_t bytes)
{
    const std::uint64_t before = announced_.fetch_add(bytes, std::memory_order_relaxed);
    const bool due = before / stride_bytes != (before + bytes) / stride_bytes;
    if (reserve_ == DiskShare{} || (!due && !refused_)) {
        return;
    }
    Space space;
    try {
        space = space_of(folder_);
    } catch (const Error&) {
        refused_ = false;  // it was asked; the next time is after a stride
        throw;
    }
    refused_ = space.below(reserve_);
    if (refused_) {
        throw Error(
            ErrorKind::storage,
            fmt::format("writing to {}: {} are free there, {} are held in reserve",
                        folder_.string(), size_text(space.free), size_text(space.held(reserve_))));
    }
}

bool SpaceGuard::lacking() const
{
    return reserve_ != DiskShare{} && space_of(folder_).below(reserve_);
}

}  // namespace pacs
