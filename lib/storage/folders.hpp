#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace pacs::storage {

/// Makes and flushes the folders of one archive for many threads. Flushing a folder costs as much
/// as flushing a file, so threads that wait for the same one share a flush, and a folder whose own
/// entry is known to be on disk is not made durable again. Thread-safe.
class Folders {
public:
    /// Nothing above `root` is ever flushed; `root` itself must exist.
    explicit Folders(std::filesystem::path root) : root_(std::move(root)) {}

    /// Makes `folder` and its parents below root. Throws Error(storage).
    void make(const std::filesystem::path& folder);
    /// Returns when all entries made in `folder` before the call are on disk, and those of the
    /// folders that lead to it. Throws Error(storage): then nothing is known of them.
    void flush(const std::filesystem::path& folder);
    /// To be called when a folder turned out to be gone.
    void forget(const std::filesystem::path& folder);

private:
    struct Flight;
    void flush_one(const std::filesystem::path& folder);

    std::filesystem::path root_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
    std::unordered_set<std::string> durable_;  ///< their entry in their parent is on disk
};

}  // namespace pacs::storage
