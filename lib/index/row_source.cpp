#include "index/row_source.hpp"

#include <fmt/format.h>

#include <new>

namespace pacs::index {

namespace {

// A virtual table ("The Virtual Table Mechanism Of SQLite") that can only be read from end to end.

struct Table {
    sqlite3_vtab base;  // SQLite's part comes first
    const RowSource* source;
};

struct Cursor {
    sqlite3_vtab_cursor base;
    const RowSource* source;
    std::size_t at;
};

int connect(sqlite3* database, void* source, int /*words*/, const char* const* /*words*/,
            sqlite3_vtab** table, char** /*message*/)
{
    const auto* const rows = static_cast<const RowSource*>(source);
    const std::string sql = fmt::format("CREATE TABLE x ({})", rows->column_names());
    const int result = sqlite3_declare_vtab(database, sql.c_str());
    if (result == SQLITE_OK) {
        auto* const made = new (std::nothrow) Table{{}, rows};
        if (made == nullptr) {
            return SQLITE_NOMEM;
        }
        *table = &made->base;
    }
    return result;
}

int disconnect(sqlite3_vtab* table)
{
    delete reinterpret_cast<Table*>(table);
    return SQLITE_OK;
}

int best_index(sqlite3_vtab* /*table*/, sqlite3_index_info* /*info*/)
{
    return SQLITE_OK;  // there is one way only
}

int open(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor)
{
    auto* const made = new (std::nothrow) Cursor{{}, reinterpret_cast<Table*>(table)->source, 0};
    if (made == nullptr) {
        return SQLITE_NOMEM;
    }
    *cursor = &made->base;
    return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor)
{
    delete reinterpret_cast<Cursor*>(cursor);
    return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int /*plan*/, const char* /*plan*/, int /*count*/,
           sqlite3_value** /*values*/)
{
    reinterpret_cast<Cursor*>(cursor)->at = 0;
    return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor)
{
    ++reinterpret_cast<Cursor*>(cursor)->at;
    return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* cursor)
{
    const auto* const here = reinterpret_cast<const Cursor*>(cursor);
    return here->at >= here->source->rows() ? 1 : 0;
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* to, int number)
{
    const auto* const here = reinterpret_cast<const Cursor*>(cursor);
    here->source->row(here->at)[static_cast<std::size_t>(number)].give(to);
    return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id)
{
    *id = static_cast<sqlite3_int64>(reinterpret_cast<const Cursor*>(cursor)->at);
    return SQLITE_OK;
}

sqlite3_module make_module() noexcept
{
    sqlite3_module made{};  // without xCreate: it is there by its name alone
    made.xConnect = connect;
    made.xBestIndex = best_index;
    made.xDisconnect = disconnect;
    made.xOpen = open;
    made.xClose = close;
    made.xFilter = filter;
    made.xNext = next;
    made.xEof = at_end;
    made.xColumn = column;
    made.xRowid = row_id;
    return made;
}

}  // namespace

void Cell::give(sqlite3_context* to) const noexcept
{
    switch (kind_) {
    case Kind::null: break;
    case Kind::number: sqlite3_result_int64(to, number_); break;
    case Kind::text:
        sqlite3_result_text64(to, bytes_.data() == nullptr ? "" : bytes_.data(), bytes_.size(),
                              SQLITE_STATIC, SQLITE_UTF8);
        break;
    case Kind::blob:
        sqlite3_result_blob64(to, bytes_.data() == nullptr ? "" : bytes_.data(), bytes_.size(),
                              SQLITE_STATIC);
        break;
    }
}

RowSource::RowSource(Database& database, const char* name, std::size_t columns) : columns_(columns)
{
    static const sqlite3_module table = make_module();
    if (sqlite3_create_module(database.handle(), name, &table, this) != SQLITE_OK) {
        database.fail("opening");
    }
}

std::span<Cell> RowSource::add_row()
{
    cells_.resize(cells_.size() + columns_);
    return std::span{cells_}.last(columns_);
}

std::string RowSource::column_names() const
{
    std::string names;
    for (std::size_t number = 1; number <= columns_; ++number) {
        names += fmt::format("{}c{}", number == 1 ? "" : ", ", number);
    }
    return names;
}

}  // namespace pacs::index
