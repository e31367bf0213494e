#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace pacs::index {

class Statement;

/// One connection to an index. Used by one thread at a time. All functions throw Error(storage)
/// with the words of SQLite.
class Database {
public:
    enum class Mode : std::uint8_t { create, write, read };

    Database(const std::filesystem::path& path, Mode mode);

    /// Runs statements that return no rows and take no values.
    void run(const char* sql);
    std::int64_t number(const char* sql);  ///< the first column of the first row, 0 without one
    std::int64_t last_row_id() const noexcept { return sqlite3_last_insert_rowid(handle_.get()); }
    std::int64_t changes() const noexcept { return sqlite3_changes64(handle_.get()); }
    /// Writes the log back as far as readers allow, and returns; they and a writer go on meanwhile.
    void checkpoint();
    /// The bytes of the file; of one in memory (":memory:") those that it would have.
    std::string image();
    sqlite3* handle() const noexcept { return handle_.get(); }
    const std::filesystem::path& path() const noexcept { return path_; }
    [[noreturn]] void fail(std::string_view doing) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };
    std::filesystem::path path_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// One prepared statement; parameters count from 1, columns from 0. Its database must outlive it.
class Statement {
public:
    Statement(Database& database, std::string_view sql);

    /// The text must live until the next reset() or run().
    void bind(int parameter, std::string_view text);
    void bind(int parameter, std::int64_t number);
    void bind_blob(int parameter, std::string_view bytes);  ///< lives as long as a text
    void bind_null(int parameter);
    /// NULL for an empty text.
    void bind_unless_empty(int parameter, std::string_view text)
    {
        text.empty() ? bind_null(parameter) : bind(parameter, text);
    }

    bool step();  ///< true: there is a row
    void run();   ///< steps to the end and resets
    /// The same for a statement that returns no rows. False: a constraint of the schema ended it.
    bool run_within_constraints();
    void reset() noexcept { sqlite3_reset(handle_.get()); }
    int columns() const noexcept { return sqlite3_column_count(handle_.get()); }

    std::int64_t number(int column) const noexcept
    {
        return sqlite3_column_int64(handle_.get(), column);
    }
    bool null(int column) const noexcept
    {
        return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
    }
    /// Empty for NULL; numbers in decimal. Holds until the next step.
    std::string_view text(int column) const noexcept;
    std::string_view blob(int column) const noexcept;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
    };
    Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace pacs::index
