#pragma once

#include "base/file.hpp"
#include "base/space.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace pacs::stream {

/// The bytes of one object, wherever they lie: an open file (perhaps an unlinked temporary one) or
/// memory. Reading is by position, so several threads may read.
class Content {
public:
    Content() = default;
    /// Opens a regular file. Throws Error(storage) with the path.
    static Content of_file(const std::filesystem::path& path);
    static Content of_memory(std::string bytes);
    /// Takes over a file that is read as `name` in messages.
    static Content of_descriptor(Descriptor file, std::string name);

    std::uint64_t size() const noexcept { return size_; }
    /// -1 when there is no file behind the bytes.
    int fd() const noexcept { return file_.get(); }
    /// All bytes when they are in memory, else empty.
    std::span<const std::byte> memory() const noexcept;

    /// Reads the whole file into memory, from where it is read from then on. Does nothing when it
    /// is there. Throws Error(storage), also when the file is now shorter than when it was opened.
    void load();
    /// The same into memory of the caller's, which has room for all of it and is let go of by
    /// unload(). Does nothing when the bytes are in memory.
    void load(std::shared_ptr<std::byte[]> memory);
    /// Gives back the memory that load() took; the file is still open.
    void unload() noexcept;

    /// Reads at `offset` until `bytes` is full or the end; returns how many. Throws Error(storage).
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
    /// All bytes from `offset` on. Throws Error(storage), also when the file is now shorter than
    /// when it was opened.
    std::string read_from(std::uint64_t offset) const;

private:
    void read_exactly(std::uint64_t offset, std::span<std::byte> bytes) const;
    bool in_memory() const noexcept { return !file_ || loaded_ != nullptr; }

    Descriptor file_;
    std::string memory_;                   ///< without a file
    std::shared_ptr<std::byte[]> loaded_;  ///< of load()
    std::string name_;
    std::uint64_t size_ = 0;
};

/// Collects bytes that come in pieces: in memory while they are few, in an unlinked file in $TMPDIR
/// (/tmp) beyond, where `reserve` stays free.
class Spool {
public:
    explicit Spool(std::size_t memory_bytes = std::size_t{1} << 20U,
                   const DiskShare& reserve = SpaceGuard::usual)
        : memory_bytes_(memory_bytes), reserve_(reserve)
    {
    }
    /// Throws Error(storage) when the temporary file cannot be made or written.
    void append(std::span<const std::byte> bytes);
    std::uint64_t size() const noexcept { return size_; }
    /// What was collected; the spool is empty afterwards.
    Content finish(const std::string& name);

private:
    void spill(std::span<const std::byte> bytes);

    std::size_t memory_bytes_;
    DiskShare reserve_;
    std::string memory_;
    Descriptor file_;
    std::optional<SpaceGuard> space_;  ///< of the folder of the file
    std::uint64_t size_ = 0;
};

}  // namespace pacs::stream
