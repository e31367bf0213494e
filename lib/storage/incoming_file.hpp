#pragma once

#include "base/digest.hpp"
#include "base/file.hpp"
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
/// Not thread-safe; may move from thread to thread.
class IncomingFile {
public:
    /// Creates the file. Throws Error(storage).
    explicit IncomingFile(const Layout& layout);
    ~IncomingFile();
    IncomingFile(IncomingFile&&) noexcept;
    IncomingFile& operator=(IncomingFile&&) noexcept;

    void write(std::span<const std::byte> bytes);
    std::uint64_t size() const noexcept { return size_; }

    /// No more bytes follow; `digest` is SHA-256 of all that was written.
    void seal(const Sha256Value& digest);
    /// Gives a sealed file its final name, never overwriting: false when the name is taken. Makes
    /// the folders it needs. Nothing is flushed yet.
    bool publish(const std::filesystem::path& path);
    /// Flushes the file, then the folders of its name that may be new. When it throws, what is on
    /// disk is unknown and the file must not be answered: a failed flush is final.
    void flush();
    /// Only closes the file; for --durability os.
    void close();
    /// Instead of publish(): takes the place of the file at `path`, whose old content a reader may
    /// go on reading. Atomic; nothing is flushed yet.
    void replace(const std::filesystem::path& path);
    /// The index knows it: removes the entry in incoming/. The object stays whatever happens to us.
    void settle() noexcept;
    /// Removes all names; the destructor's duty, here for those who need to know. False when a name
    /// could not be removed: the next start will.
    bool withdraw() noexcept;

    /// In incoming/.
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    void flush_folders();

    std::filesystem::path objects_;
    std::filesystem::path path_;
    std::filesystem::path published_;  ///< empty: not yet
    std::filesystem::path first_new_;  ///< topmost folder that publish() made
    Descriptor file_;
    std::uint64_t size_ = 0;
    bool settled_ = false;
};

/// One name found in incoming/.
struct Leftover {
    std::filesystem::path path;
    std::optional<std::string> sha256;  ///< of a sealed one: hex, from its name
    std::uint64_t links = 1;
    std::uint64_t inode = 0;
    bool ours = true;  ///< false: a name that no version of ours makes
};

/// Calls `visit` for each entry of incoming/, in no order. Throws Error(storage).
void visit_leftovers(const Layout& layout, const std::function<void(const Leftover&)>& visit);

}  // namespace pacs::storage
