#pragma once

#include "index/attributes.hpp"
#include "index/sqlite.hpp"
#include "index/stored.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace pacs::index {

/// One connection that searches, and its statement for look-ups.
struct Reader {
    explicit Reader(const std::filesystem::path& path);

    Database database;
    StoredLookup lookup;
};

/// Connections that are not in use. Opening one costs a hundred look-ups. Thread-safe.
class ReaderPool {
public:
    /// Throws Error(storage): cannot be read, not ours, newer, older.
    explicit ReaderPool(std::filesystem::path path);

    /// An idle one, or a new one: Error(storage).
    std::unique_ptr<Reader> take();
    void give_back(std::unique_ptr<Reader> reader) noexcept;
    /// extra_attributes() of the database.
    const std::vector<Attribute>& extras() const noexcept { return extras_; }

private:
    std::filesystem::path path_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Reader>> idle_;
    std::vector<Attribute> extras_;
};

/// A reader for the time of a scope.
class Borrowed {
public:
    explicit Borrowed(ReaderPool& pool) : pool_(pool), reader_(pool.take()) {}
    ~Borrowed() { pool_.give_back(std::move(reader_)); }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    Reader* operator->() const noexcept { return reader_.get(); }
    Reader& operator*() const noexcept { return *reader_; }

private:
    ReaderPool& pool_;
    std::unique_ptr<Reader> reader_;
};

}  // namespace pacs::index
