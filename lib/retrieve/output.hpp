#pragma once

#include "base/space.hpp"
#include "dicom/data_set.hpp"
#include "retrieve/naming.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace pacs::retrieve {

/// What became of an object at its place.
enum class KeptKind : std::uint8_t {
    kept,      ///< it is there, as safe as promised
    exists,    ///< the very same bytes were there already
    conflict,  ///< something else is there and was left alone
    failed,    ///< the disk or the pipe said no; nothing of it is there
};

struct Kept {
    KeptKind kind = KeptKind::failed;
    std::string path;        ///< of the file; empty: see `member`
    std::string member;      ///< its name in a tar stream
    std::uint64_t size = 0;  ///< bytes of the whole file
    std::string sha256;      ///< of the whole file, hex
    std::string message;     ///< why not, for people
};

/// The bytes of one object, from its preamble to its end, on their way to where they are kept. Used
/// by one thread. Destroyed without keep(): nothing is left of it.
class Keeper {
public:
    virtual ~Keeper() = default;
    /// The next bytes. Never throws: keep() tells of failures. May wait for the disk.
    virtual void write(std::span<const std::byte> bytes) = 0;
    /// True once it is certain that keep() will tell of a failure.
    virtual bool failed() const noexcept = 0;
    /// Once failed(): why, for people.
    virtual std::string why() const = 0;
    /// No more bytes follow: gives the object its name by `header` (Naming::wanted()). `done` is
    /// called once, perhaps from another thread, perhaps before this returns; it must not throw.
    virtual void keep(const dicom::DataSet& header, std::function<void(Kept&&)> done) = 0;
};

/// Where fetched objects go. Thread-safe.
class Output {
public:
    virtual ~Output() = default;
    virtual std::unique_ptr<Keeper> begin() = 0;
    /// The object that is there already under these UIDs, whole and sound; nullopt: there is none,
    /// or it cannot be told before the object has come. Throws Error(storage).
    virtual std::optional<Kept> existing(const storage::InstanceUids& uids) = 0;
    /// Waits until `done` was called for all that were kept.
    virtual void settle() = 0;
    /// After settle(): no more objects follow. Throws Error(storage).
    virtual void finish() = 0;
    /// Why nothing more can be kept (the disk is full, the reader of the stream is gone); empty:
    /// it can, also when one object would have taken more room than there is.
    virtual std::string failure() const = 0;
};

struct FolderOptions {
    std::filesystem::path folder;  ///< made when it is not there
    Naming naming{};
    bool flush = true;     ///< each object is on disk, with its folders, before it is told
    bool replace = false;  ///< other content under the same name gives way
    /// That digest, write and flush; 0: one for each core, two where they flush, at most 8.
    unsigned threads = 0;
    /// Of the file system of the folder, to be left free. An object for which it is not is dropped;
    /// when it is not free even then, nothing more is kept.
    DiskShare min_free = SpaceGuard::usual;
};

/// Files in a folder. A name appears when its file is whole (and flushed): a reader, or a crash,
/// finds the whole file or none. Nothing is ever overwritten, but with `replace`, and then
/// atomically. Throws Error(storage) when the folder cannot be made or written to.
std::unique_ptr<Output> folder_output(FolderOptions options);

/// A tar stream into `fd`, which stays the caller's: objects as they come, each spooled until it is
/// whole (small ones in memory, larger ones in an unlinked file in $TMPDIR, where `min_free` is
/// left; one that finds no room there fails alone).
std::unique_ptr<Output> tar_output(int fd, Naming naming,
                                   const DiskShare& min_free = SpaceGuard::usual);

}  // namespace pacs::retrieve
