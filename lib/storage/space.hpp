#pragma once

#include "base/units.hpp"

#include <cstdint>
#include <filesystem>

namespace pacs::storage {

/// How full the file system of a folder is, in bytes; `free` is what an unprivileged user can have.
struct Space {
    std::uint64_t free = 0;
    std::uint64_t total = 0;

    /// Less than `reserve` is free.
    bool below(const DiskShare& reserve) const noexcept { return free < reserve.of(total); }
};

/// Asks the system. Throws Error(storage).
Space space_of(const std::filesystem::path& folder);

}  // namespace pacs::storage
