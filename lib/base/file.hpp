#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pacs {

/// A file descriptor that closes itself; close() reports what the destructor has to swallow.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    int release() noexcept { return std::exchange(fd_, -1); }
    /// Closes now; false when the system reported an error (errno says which).
    bool close() noexcept;

private:
    int fd_ = -1;
};

/// All functions below retry EINTR, finish short reads and writes, and throw
/// Error(storage, "doing PATH: reason") with the path given to them.

/// Opens for reading, close-on-exec, never blocking on a FIFO; refuses what is not a regular file.
Descriptor open_for_reading(const std::filesystem::path& path);
void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path);
/// Reads until `bytes` is full or the end; returns how many were read.
std::size_t read_some(int fd, std::span<std::byte> bytes, const std::filesystem::path& path);
/// The whole of a small file; throws Error(storage) when it is larger than `limit_bytes`.
std::string read_file(const std::filesystem::path& path, std::size_t limit_bytes);
void flush_file(int fd, const std::filesystem::path& path);     ///< fdatasync(2)
void flush_folder(const std::filesystem::path& folder);         ///< fsync(2) of the folder itself
std::uint64_t free_bytes(const std::filesystem::path& folder);  ///< for an unprivileged user

/// Puts `bytes` at `path` so that a reader, or a crash at any moment, finds either the old
/// file or the whole new one: temporary file beside it, fsync, rename, fsync of the folder.
/// The folder must exist. On an Error the old file is intact.
void replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// An exclusive flock(2) on a file, held until destroyed or the process ends.
class FileLock {
public:
    /// Takes the lock or throws Error(locked) naming the holder's pid; creates the file if needed.
    explicit FileLock(const std::filesystem::path& path);

private:
    Descriptor file_;
};

}  // namespace pacs
