#include "index/index.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "index/readers.hpp"
#include "index/schema.hpp"
#include "index/sqlite.hpp"

#include <fmt/format.h>

#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace pacs::index {

namespace {

// The schema made in place, statement by statement, would be flushed a dozen times.
void create(const std::filesystem::path& path)
{
    // Of a file that is gone: SQLite would take them for those of the new one.
    for (const char* suffix : {"-wal", "-shm", "-journal"}) {
        std::error_code ignored;
        std::filesystem::remove(path.string() + suffix, ignored);
    }
    const std::string image = empty_index();
    replace_file(path, std::as_bytes(std::span{image}));
}

}  // namespace

bool Index::create_or_migrate(const std::filesystem::path& path)
{
    std::error_code error;
    if (std::filesystem::symlink_status(path, error).type() ==
        std::filesystem::file_type::not_found) {
        create(path);
        return true;
    }
    check_head(path);
    Database database{path, Database::Mode::create};
    // The mode is part of the file; only an empty or old file of ours comes here.
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = FULL");
    return migrate(database);
}

Index::Index(const std::filesystem::path& database)
    : readers_(std::make_shared<ReaderPool>(database))
{
}

std::span<const Attribute> Index::extras() const
{
    return readers_->extras();
}

Search Index::search(Query query, Deadline deadline, GiveUp give_up) const
{
    return {readers_, std::move(query), deadline, std::move(give_up)};
}

Selection Index::select(RetrieveKeys keys) const
{
    return {readers_, std::move(keys)};
}

std::optional<StoredInstance> Index::find(std::string_view instance_uid) const
{
    const Borrowed reader{*readers_};
    return reader->lookup.find(instance_uid);
}

Counts Index::counts() const
{
    const Borrowed reader{*readers_};
    // From the counts that are kept with each row: no walk over ten million instances.
    Statement statement{reader->database,
                        "SELECT (SELECT count(*) FROM patient_row), count(*), sum(series), "
                        "sum(instances) FROM study_row"};
    statement.step();
    Counts counts;
    counts.patients = static_cast<std::uint64_t>(statement.number(0));
    counts.studies = static_cast<std::uint64_t>(statement.number(1));
    counts.series = static_cast<std::uint64_t>(statement.number(2));
    counts.instances = static_cast<std::uint64_t>(statement.number(3));
    return counts;
}

void Index::visit_instances(const std::function<bool(const StoredInstance&)>& visit) const
{
    const Borrowed reader{*readers_};
    Statement statement{
        reader->database,
        stored_columns() +
            "FROM study_row s CROSS JOIN series_row e ON e.study = s.id "
            "CROSS JOIN instance_row i ON i.series = e.id CROSS JOIN uid c ON c.id = i.sop_class "
            "CROSS JOIN uid t ON t.id = i.transfer_syntax"};
    while (statement.step() && visit(stored_of(statement))) {
    }
}

}  // namespace pacs::index
