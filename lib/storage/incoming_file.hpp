#pragma once

#include "base/digest.hpp"
#include "base/file.hpp"
#include "storage/folders.hpp"
#include "storage/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace pacs::storage {

/// A file on its way into the archive. Its states, and what a crash leaves in each:
///
/// 1. receiving: `incoming/RUN-N.part`, one link. Removed at the next start.
/// 2. sealed: `incoming/RUN-N.SHA256`, one link: whole, but never answered. Removed at the start.
/// 3. published: the same inode also under objects/, two links. The entry in incoming/ stays until
///    the index row is committed and answered, so that the next start finds it, checks it against
///    the digest in its name and indexes it.
/// 4. settled: only the name under objects/ is left.
///
/// A file that is destroyed before settle() is withdrawn: all its names are removed.
/// Not thread-safe; may move from thread to thread. All but the noexcept ones throw Error(storage).
class IncomingFile {
public:
    /// Creates the file. With the digest of what will be written it is sealed from the start.
    explicit IncomingFile(const Layout& layout, const Sha256Value* digest = nullptr);
    ~IncomingFile();
    IncomingFile(IncomingFile&& other) noexcept;
    IncomingFile& operator=(IncomingFile&& other) noexcept;

    void write(std::span<const std::byte> bytes);
    /// Asks the kernel to begin writing what came so far to disk; a hint, it waits for nothing.
    void start_flushing() noexcept;
    std::uint64_t size() const noexcept { return size_; }
    /// When the last byte was written, as the file itself says: Unix time, milliseconds. The time
    /// an object was received, so that it can be told from the object alone.
    std::int64_t modified_ms() const;

    /// No more bytes follow; `digest` is SHA-256 of all that was written.
    void seal(const Sha256Value& digest);
    /// Gives a sealed file its final name, never overwriting: false when the name is taken. Makes
    /// the folders it needs. Nothing is flushed yet.
    bool publish(Folders& folders, const std::filesystem::path& path);
    /// Instead of publish(): takes the place of the file at `path`, atomically; a reader that has
    /// the old one open goes on reading it. withdraw() puts back `old_name`, another name of the
    /// old one. Nothing is flushed yet.
    void replace(const std::filesystem::path& path, const std::filesystem::path& old_name);
    /// Flushes and closes the file, then flushes the folders of its published name. When it throws,
    /// what is on disk is unknown and the file must not be answered: a failed flush is final.
    void flush(Folders& folders);
    /// Only closes the file; for --durability os.
    void close();
    /// The index knows it: removes the entry in incoming/. The object stays whatever happens to us.
    void settle() noexcept;
    /// Takes the final name away again; the file is sealed as before. False: it could not.
    bool unpublish() noexcept;
    /// Leaves all names as they are to the next start, which looks whether the index has the row.
    void leave() noexcept;
    /// Removes all names; the destructor's duty, here for those who need to know. False when a name
    /// could not be removed: the next start will.
    bool withdraw() noexcept;

    /// In incoming/.
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    void rename_to(const std::filesystem::path& path);
    bool restore_replaced() noexcept;

    std::filesystem::path path_;  ///< empty: settled, withdrawn or moved from
    std::filesystem::path published_;
    std::filesystem::path replaced_;  ///< the other name of what replace() displaced
    Descriptor file_;
    std::uint64_t size_ = 0;
    std::uint64_t flushing_ = 0;  ///< bytes that start_flushing() was called for
};

/// One name found in incoming/.
struct Leftover {
    std::filesystem::path path;
    std::optional<std::string> sha256;  ///< of a sealed one: hex, from its name
    std::uint64_t links = 1;
    bool ours = true;  ///< false: a name or kind of entry that no version of ours makes
};

/// Calls `visit` for each entry of incoming/, in no order. Throws Error(storage).
void visit_leftovers(const Layout& layout, const std::function<void(const Leftover&)>& visit);

/// Both names are there and are the same file.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) noexcept;
/// link(2): false when `to` is taken. Throws Error(storage).
bool link_file(const std::filesystem::path& from, const std::filesystem::path& to);
/// unlink(2); true also when it is not there any more.
bool remove_file(const std::filesystem::path& path) noexcept;

}  // namespace pacs::storage
