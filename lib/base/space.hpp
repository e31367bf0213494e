#pragma once

#include "base/units.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>

namespace pacs {

/// How full the file system of a folder is, in bytes; `free` is what an unprivileged user can have.
struct Space {
    std::uint64_t free = 0;
    std::uint64_t total = 0;

    /// What a reserve is here, in bytes; of one that has both a size and percent, what is less.
    std::uint64_t held(const DiskShare& reserve) const noexcept;
    /// Less than `reserve` is free.
    bool below(const DiskShare& reserve) const noexcept { return free < held(reserve); }
};

/// Asks the system. Throws Error(storage).
Space space_of(const std::filesystem::path& folder);

/// Keeps a part of a file system free while bytes of unknown number are written there, so that what
/// never ends does not take the room of everything else on the machine. Thread-safe.
class SpaceGuard {
public:
    /// What is kept where nobody says otherwise: 1 GiB, or 1 % of a small file system.
    static constexpr DiskShare usual{.bytes = 1ULL << 30U, .percent = 1};
    /// Bytes between two looks at the file system; as much may be written into the reserve.
    static constexpr std::uint64_t stride_bytes = 8ULL << 20U;

    explicit SpaceGuard(std::filesystem::path folder, const DiskShare& reserve = usual)
        : folder_(std::move(folder)), reserve_(reserve)
    {
    }

    /// To be called before so many bytes are written. Asks the system until it once found
    /// enough, whenever a stride of bytes was announced, and after it threw. Throws Error(storage)
    /// when less than the reserve is free: the bytes are not to be written. A reserve of nothing
    /// never throws.
    void announce(std::uint64_t bytes);
    /// Less than the reserve is free just now. Throws Error(storage) when the system does not say.
    bool lacking() const;

private:
    std::filesystem::path folder_;
    DiskShare reserve_;
    std::atomic<std::uint64_t> announced_{0};
    std::atomic<bool> refused_{true};  ///< or not asked yet
};

}  // namespace pacs
