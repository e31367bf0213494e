#include "index/schema.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "index/index.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>

namespace pacs::index {

namespace {

/// steps[n] leads from version n to n + 1. A step that was released is never changed again.
constexpr std::array<const char*, schema_version> steps{
#include "index/schema_1.inc"
    ,
#include "index/schema_2.inc"
    ,
#include "index/schema_3.inc"
};

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view reason,
                         std::string hint = {})
{
    throw Error(ErrorKind::storage, fmt::format("opening index {}: {}", path.string(), reason),
                std::move(hint));
}

void judge(const std::filesystem::path& path, std::int64_t application, std::int64_t version)
{
    if (application != application_id) {
        refuse(path, "it is no index of pacs-utils");
    }
    if (version > schema_version) {
        refuse(path,
               fmt::format("it has schema {}, this program knows {}", version, schema_version),
               "use the version of pacs-utils that wrote it, or a newer one");
    }
}

std::int64_t big_endian(std::span<const std::byte> bytes)
{
    std::uint32_t number = 0;
    for (const std::byte byte : bytes) {
        number = (number << 8U) | std::to_integer<std::uint32_t>(byte);
    }
    return number;
}

}  // namespace

void check_head(const std::filesystem::path& path)
{
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        return;
    }
    // "The Database Header" of the file format: user version at 60, application id at 68.
    std::array<std::byte, 100> head{};
    const Descriptor file = open_for_reading(path);
    const std::size_t size = read_some(file.get(), head, path);
    if (size == 0) {
        return;
    }
    constexpr std::string_view magic{"SQLite format 3\0", 16};
    if (size < head.size() || std::memcmp(head.data(), magic.data(), magic.size()) != 0) {
        refuse(path, "it is no SQLite database");
    }
    const std::span bytes{head};
    if (const auto application = big_endian(bytes.subspan(68, 4)); application != 0) {
        judge(path, application, big_endian(bytes.subspan(60, 4)));
    }
}

void check_version(Database& database, int at_least)
{
    const std::int64_t version = database.number("PRAGMA user_version");
    judge(database.path(), database.number("PRAGMA application_id"), version);
    if (version < at_least) {
        refuse(database.path(),
               fmt::format("it has schema {}, this program reads {}", version, schema_version),
               "start the archive's daemon once: it brings the index up to date");
    }
}

std::string empty_index()
{
    Database database{":memory:", Database::Mode::create};
    migrate(database);
    std::string image = database.image();
    // "The Database Header" of the file format: the versions to write and to read it, 2 for WAL.
    image.at(18) = '\2';
    image.at(19) = '\2';
    return image;
}

bool migrate(Database& database)
{
    database.run("BEGIN IMMEDIATE");
    const std::int64_t version = database.number("PRAGMA user_version");
    if (version == 0 && database.number("SELECT count(*) FROM sqlite_schema") != 0) {
        refuse(database.path(), "it is no index of pacs-utils");
    }
    if (version != 0) {
        check_version(database, 0);
    }
    for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step) {
        database.run(steps.at(step));
    }
    if (version < schema_version) {
        database.run(fmt::format("PRAGMA application_id = {}", application_id).c_str());
        database.run(fmt::format("PRAGMA user_version = {}", schema_version).c_str());
    }
    database.run("COMMIT");
    return version == 0;
}

}  // namespace pacs::index
