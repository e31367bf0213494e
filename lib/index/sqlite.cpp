#include "index/sqlite.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

namespace pacs::index {

namespace {

constexpr int busy_timeout_ms = 10'000;

int flags_of(Database::Mode mode)
{
    switch (mode) {
    case Database::Mode::create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Database::Mode::write: return SQLITE_OPEN_READWRITE;
    case Database::Mode::read: return SQLITE_OPEN_READONLY;
    }
    return SQLITE_OPEN_READONLY;
}

/// SQLite counts every allocation under a lock that all connections share, unless it is told before
/// its first one that nobody asks for the count.
void leave_out_statistics() noexcept
{
    static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(done);  // refused when somebody else has begun: then it counts
}

}  // namespace

Database::Database(const std::filesystem::path& path, Mode mode) : path_(path)
{
    leave_out_statistics();
    sqlite3* handle = nullptr;
    const int result =
        sqlite3_open_v2(path.c_str(), &handle, flags_of(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(handle);
    if (result != SQLITE_OK) {
        fail("opening");
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, busy_timeout_ms);
}

void Database::fail(std::string_view doing) const
{
    sqlite3* handle = handle_.get();
    throw Error(ErrorKind::storage,
                fmt::format("{} index {}: {}", doing, path_.string(),
                            handle == nullptr ? "out of memory" : sqlite3_errmsg(handle)));
}

void Database::run(const char* sql)
{
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail("changing");
    }
}

void Database::checkpoint()
{
    if (sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                  nullptr) != SQLITE_OK) {
        fail("checkpointing");
    }
}

std::string Database::image()
{
    sqlite3_int64 size = 0;
    unsigned char* const bytes = sqlite3_serialize(handle_.get(), "main", &size, 0);
    if (bytes == nullptr) {
        fail("reading");
    }
    std::string image(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    sqlite3_free(bytes);
    return image;
}

std::int64_t Database::number(const char* sql)
{
    Statement statement{*this, sql};
    return statement.step() ? statement.number(0) : 0;
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database)
{
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &handle, nullptr) != SQLITE_OK) {
        database.fail("reading");
    }
    handle_.reset(handle);
}

void Statement::bind(int parameter, std::string_view text)
{
    const char* bytes = text.data() == nullptr ? "" : text.data();
    if (sqlite3_bind_text64(handle_.get(), parameter, bytes, text.size(), SQLITE_STATIC,
                            SQLITE_UTF8) != SQLITE_OK) {
        database_->fail("asking");
    }
}

void Statement::bind(int parameter, std::int64_t number)
{
    if (sqlite3_bind_int64(handle_.get(), parameter, number) != SQLITE_OK) {
        database_->fail("asking");
    }
}

void Statement::bind_blob(int parameter, std::string_view bytes)
{
    if (sqlite3_bind_blob64(handle_.get(), parameter, bytes.data(), bytes.size(), SQLITE_STATIC) !=
        SQLITE_OK) {
        database_->fail("asking");
    }
}

void Statement::bind_null(int parameter)
{
    if (sqlite3_bind_null(handle_.get(), parameter) != SQLITE_OK) {
        database_->fail("asking");
    }
}

bool Statement::step()
{
    const int result = sqlite3_step(handle_.get());
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        const bool read_only = sqlite3_stmt_readonly(handle_.get()) != 0;
        try {
            database_->fail(read_only ? "reading" : "changing");
        } catch (...) {
            reset();
            throw;
        }
    }
    return result == SQLITE_ROW;
}

void Statement::run()
{
    step();
    reset();
}

bool Statement::run_within_constraints()
{
    const int result = sqlite3_step(handle_.get());
    if ((result & 0xFF) == SQLITE_CONSTRAINT) {
        reset();
        return false;
    }
    if (result != SQLITE_DONE) {
        try {
            database_->fail("changing");
        } catch (...) {
            reset();
            throw;
        }
    }
    reset();
    return true;
}

std::string_view Statement::text(int column) const noexcept
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    return bytes == nullptr
               ? std::string_view{}
               : std::string_view{
                     bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::string_view Statement::blob(int column) const noexcept
{
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    return bytes == nullptr
               ? std::string_view{}
               : std::string_view{
                     bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

}  // namespace pacs::index
