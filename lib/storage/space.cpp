#include "storage/space.hpp"

#include "base/error.hpp"

#include <sys/statvfs.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace pacs::storage {

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

}  // namespace pacs::storage
