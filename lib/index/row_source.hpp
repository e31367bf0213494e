#pragma once

#include "index/sqlite.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::index {

/// One value of a row; the bytes are somebody else's.
class Cell {
public:
    void set(std::int64_t number) noexcept
    {
        kind_ = Kind::number;
        number_ = number;
    }
    void set(std::string_view text) noexcept { set(Kind::text, text); }
    void set_blob(std::string_view bytes) noexcept { set(Kind::blob, bytes); }
    void give(sqlite3_context* to) const noexcept;

private:
    enum class Kind : std::uint8_t { null, number, text, blob };

    void set(Kind kind, std::string_view bytes) noexcept
    {
        kind_ = kind;
        bytes_ = bytes;
    }

    Kind kind_ = Kind::null;
    std::int64_t number_ = 0;
    std::string_view bytes_;
};

/// Rows in our own memory as a table that SQL can read, so that one INSERT ... SELECT takes many of
/// them: a statement for each costs as much again as what it does. Must outlive the statements that
/// name it; changed only between their runs.
class RowSource {
public:
    /// Makes the table `name` known to `database`, with `columns` columns c1, c2 and so on. Throws
    /// Error(storage).
    RowSource(Database& database, const char* name, std::size_t columns);
    RowSource(const RowSource&) = delete;
    RowSource& operator=(const RowSource&) = delete;

    void clear() noexcept { cells_.clear(); }
    /// A row of NULLs at the end. Its bytes must live until the statement ran; the cells are at
    /// this place until the next row is added.
    std::span<Cell> add_row();
    std::size_t rows() const noexcept { return cells_.size() / columns_; }
    std::span<const Cell> row(std::size_t at) const noexcept
    {
        return std::span{cells_}.subspan(at * columns_, columns_);
    }
    std::size_t columns() const noexcept { return columns_; }
    /// "c1, c2, c3": all of them.
    std::string column_names() const;

private:
    std::size_t columns_;
    std::vector<Cell> cells_;
};

}  // namespace pacs::index
