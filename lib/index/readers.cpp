#include "index/readers.hpp"

#include "dicom/matching.hpp"
#include "index/extras.hpp"
#include "index/index.hpp"
#include "index/schema.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pacs::index {

namespace {

constexpr std::size_t idle_limit = 16;

std::string_view text_of(sqlite3_value* value)
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return bytes == nullptr
               ? std::string_view{}
               : std::string_view{bytes, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

/// dicom_like(patterns, text): one of the patterns, parted by backslashes, matches, PS3.4
/// C.2.2.2.4.
void dicom_like(sqlite3_context* context, int /*count*/, sqlite3_value** values)
{
    const std::string_view text = text_of(values[1]);
    std::string_view patterns = text_of(values[0]);
    bool any = false;
    while (!any) {
        const std::size_t end = std::min(patterns.find('\\'), patterns.size());
        any = dicom::wildcard_match(patterns.substr(0, end), text);
        if (end == patterns.size()) {
            break;
        }
        patterns.remove_prefix(end + 1);
    }
    sqlite3_result_int(context, any ? 1 : 0);
}

Database open_for_reading(const std::filesystem::path& path)
{
    check_head(path);
    Database database{path, Database::Mode::read};
    check_version(database, schema_version);
    if (sqlite3_create_function_v2(database.handle(), "dicom_like", 2,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, dicom_like, nullptr,
                                   nullptr, nullptr) != SQLITE_OK) {
        database.fail("opening");
    }
    // Small, because every search has one of its own, and the kernel keeps the pages anyway. No
    // mmap: a disk that fails then is an error and not a signal that ends the process.
    database.run("PRAGMA cache_size = -2048");
    database.run("PRAGMA mmap_size = 0");
    return database;
}

}  // namespace

Reader::Reader(const std::filesystem::path& path)
    : database(open_for_reading(path)), lookup(database)
{
}

ReaderPool::ReaderPool(std::filesystem::path path) : path_(std::move(path))
{
    auto reader = take();
    extras_ = extra_attributes(reader->database);
    give_back(std::move(reader));
}

std::unique_ptr<Reader> ReaderPool::take()
{
    {
        const std::scoped_lock lock{mutex_};
        if (!idle_.empty()) {
            auto reader = std::move(idle_.back());
            idle_.pop_back();
            return reader;
        }
    }
    return std::make_unique<Reader>(path_);
}

void ReaderPool::give_back(std::unique_ptr<Reader> reader) noexcept
{
    const std::scoped_lock lock{mutex_};
    if (reader && idle_.size() < idle_limit) {
        idle_.reserve(idle_limit);  // so that push_back below cannot fail later
        idle_.push_back(std::move(reader));
    }
}

}  // namespace pacs::index
