#pragma once

#include "archive/archive.hpp"
#include "index/index.hpp"

#include <cstdint>
#include <functional>

namespace pacs::archive {

/// What was found when a stored object was read back.
enum class ReadBack : std::uint8_t {
    same,      ///< size and SHA-256 are those of the index
    missing,   ///< there is no file in its place
    differs,   ///< another size or digest
    given_up,  ///< `give_up` said so before the end
};

/// Reads the file of an instance from its first byte to its last and compares it with the index.
/// The file is flushed first (with Durability::os its folders, too), and the kernel is asked to
/// drop what it keeps of it in memory (posix_fadvise(2), POSIX_FADV_DONTNEED), so that what is read
/// comes from the disk where the file system does that; caches below the kernel, of a controller or
/// the disk, are not got round. One buffer of 1 MiB.
/// Throws Error(storage) when the file is there and cannot be flushed or read.
ReadBack read_back(const Archive& archive, const index::StoredInstance& stored,
                   const std::function<bool()>& give_up = {});

}  // namespace pacs::archive
