#include "base/digest.hpp"
#include "index/files.hpp"
#include "index/index.hpp"
#include "index/schema.hpp"
#include "index/sqlite.hpp"
#include "index/stored.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace pacs::index {

namespace {

constexpr const char* known_columns =
    "id, name, size, mtime_ns, inode, unread, key_set, sha256, outcome, reason, message, "
    "instance IS NOT NULL, content_sha256, content_note";

constexpr const char* files_of_study_sql =
    "SELECT f.id, d.path, f.name, f.size, f.mtime_ns, f.inode, f.member, f.folder "
    "FROM series_row e CROSS JOIN instance_row i ON i.series = e.id "
    "CROSS JOIN file f ON f.id = i.file CROSS JOIN folder d ON d.id = f.folder "
    "WHERE e.study = ?1 UNION ALL "
    "SELECT f.id, d.path, f.name, f.size, f.mtime_ns, f.inode, f.member, f.folder "
    "FROM series_row e CROSS JOIN instance_row i ON i.series = e.id "
    "CROSS JOIN file f ON f.instance = i.id AND f.copy = 1 "
    "CROSS JOIN folder d ON d.id = f.folder WHERE e.study = ?1";

KnownFolder folder_of(const Statement& row)
{
    return {row.number(0), std::string{row.blob(1)}, row.number(2)};
}

KnownFile known_of(const Statement& row)
{
    KnownFile file;
    file.id = row.number(0);
    file.name = row.blob(1);
    file.facts = {row.number(2), row.number(3), row.number(4)};
    file.unread = row.number(5) != 0;
    file.key_set = row.number(6);
    file.digests.sha256 = to_hex(std::as_bytes(std::span{row.blob(7)}));
    file.digests.content_sha256 = to_hex(std::as_bytes(std::span{row.blob(12)}));
    file.digests.content_note = row.text(13);
    file.outcome = row.text(8);
    file.reason = row.text(9);
    file.message = row.text(10);
    file.object = row.number(11) != 0;
    return file;
}

void visit_places(Statement& row, const std::function<bool(const FilePlace&)>& visit)
{
    bool more = true;
    while (more && row.step()) {
        more = visit({row.number(0),
                      std::string{row.blob(1)},
                      std::string{row.blob(2)},
                      {row.number(3), row.number(4), row.number(5)}});
    }
    row.reset();
}

}  // namespace

struct KnownFiles::Statements {
    explicit Statements(const std::filesystem::path& path)
        : database(path, Database::Mode::read),
          version((check_version(database, schema_version), schema_version)),
          folder(database, "SELECT id, path, device FROM folder WHERE path = ?1"),
          folders_in(database,
                     "SELECT id, path, device FROM folder WHERE parent = ?1 ORDER BY path"),
          files_in(database, fmt::format("SELECT {} FROM file WHERE folder = ?1 AND name > ?2 AND "
                                         "member = 0 ORDER BY name LIMIT ?3",
                                         known_columns)),
          file(database, fmt::format("SELECT {} FROM file WHERE folder = ?1 AND name = ?2 AND "
                                     "member = 0",
                                     known_columns)),
          key_sets(database, "SELECT id, tags FROM key_set"),
          unread(database,
                 "SELECT f.id, d.path, f.name, f.size, f.mtime_ns, f.inode FROM file f "
                 "JOIN folder d ON d.id = f.folder WHERE f.unread = 1 "
                 "ORDER BY replace(d.path || '/' || f.name, '/', char(1)), f.member"),
          touched(database, "SELECT study FROM touched WHERE study > ?1 ORDER BY study LIMIT ?2"),
          files_of(database, files_of_study_sql)
    {
    }
    Database database;
    int version;
    Statement folder;
    Statement folders_in;
    Statement files_in;
    Statement file;
    Statement key_sets;
    Statement unread;
    Statement touched;
    Statement files_of;
};

KnownFiles::KnownFiles(const std::filesystem::path& database)
    : statements_(std::make_unique<Statements>(database))
{
}
KnownFiles::~KnownFiles() = default;

KnownFolder KnownFiles::folder(const std::string& path)
{
    Statement& statement = statements_->folder;
    statement.bind_blob(1, path);
    KnownFolder found;
    if (statement.step()) {
        found = folder_of(statement);
    }
    statement.reset();
    return found;
}

std::vector<KnownFolder> KnownFiles::folders_in(std::int64_t folder)
{
    Statement& statement = statements_->folders_in;
    statement.bind(1, folder);
    std::vector<KnownFolder> found;
    while (statement.step()) {
        found.push_back(folder_of(statement));
    }
    statement.reset();
    return found;
}

std::vector<KnownFile> KnownFiles::files_in(std::int64_t folder, const std::string& after,
                                            std::size_t limit)
{
    Statement& statement = statements_->files_in;
    statement.bind(1, folder);
    statement.bind_blob(2, after);
    statement.bind(3, static_cast<std::int64_t>(limit));
    std::vector<KnownFile> found;
    while (statement.step()) {
        found.push_back(known_of(statement));
    }
    statement.reset();
    return found;
}

std::optional<KnownFile> KnownFiles::file(std::int64_t folder, const std::string& name)
{
    Statement& statement = statements_->file;
    statement.bind(1, folder);
    statement.bind_blob(2, name);
    std::optional<KnownFile> found;
    if (statement.step()) {
        found = known_of(statement);
    }
    statement.reset();
    return found;
}

std::vector<std::int64_t> KnownFiles::key_sets_with(const std::vector<dicom::Tag>& tags)
{
    std::vector<std::int64_t> sets;
    if (tags.empty()) {
        sets.push_back(0);
    }
    Statement& statement = statements_->key_sets;
    while (statement.step()) {
        const std::string_view kept = statement.text(1);
        const bool all = std::all_of(tags.begin(), tags.end(), [kept](dicom::Tag tag) {
            return kept.find(tag.hex()) != std::string_view::npos;
        });
        if (all) {
            sets.push_back(statement.number(0));
        }
    }
    statement.reset();
    return sets;
}

void KnownFiles::visit_unread(const std::function<bool(const FilePlace&)>& visit)
{
    visit_places(statements_->unread, visit);
}

std::vector<std::int64_t> KnownFiles::touched(std::int64_t after, std::size_t limit)
{
    Statement& statement = statements_->touched;
    statement.bind(1, after);
    statement.bind(2, static_cast<std::int64_t>(limit));
    std::vector<std::int64_t> found;
    while (statement.step()) {
        found.push_back(statement.number(0));
    }
    statement.reset();
    return found;
}

void KnownFiles::visit_files_of(std::int64_t study,
                                const std::function<bool(const FilePlace&)>& visit)
{
    Statement& statement = statements_->files_of;
    statement.bind(1, study);
    visit_places(statement, visit);
}

}  // namespace pacs::index
