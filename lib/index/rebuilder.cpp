#include "index/rebuilder.hpp"

#include "base/file.hpp"
#include "index/writer_connection.hpp"

#include <fcntl.h>

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace pacs::index {

namespace {

using dicom::QueryLevel;
using Id = std::int64_t;

constexpr std::uint64_t group_limit = 5000;

/// Patients whose studies name them differently.
constexpr const char* patients_sql =
    "SELECT p.id FROM patient_row p JOIN study_row s ON s.patient = p.id WHERE p.studies > 1 "
    "GROUP BY p.id HAVING min({0}) <> max({0})";
constexpr const char* first_sql =
    "FROM study_row s CROSS JOIN series_row e ON e.study = s.id "
    "CROSS JOIN instance_row i ON i.series = e.id CROSS JOIN uid c ON c.id = i.sop_class "
    "CROSS JOIN uid t ON t.id = i.transfer_syntax WHERE {} = ?1 "
    "ORDER BY i.received_ms, i.sop_instance_uid LIMIT 1";

std::vector<Id> ids_of(Database& database, const std::string& sql, Id parameter)
{
    Statement find{database, sql};
    if (parameter != 0) {
        find.bind(1, parameter);
    }
    std::vector<Id> ids;
    while (find.step()) {
        ids.push_back(find.number(0));
    }
    return ids;
}

StoredInstance first_of(Database& database, const char* column, Id id)
{
    Statement find{database, stored_columns() + fmt::format(first_sql, column)};
    find.bind(1, id);
    find.step();
    return stored_of(find);
}

std::string said_of_patient()
{
    std::string text;
    for (const Attribute* attribute : ValueColumns{{QueryLevel::patient}, 0}.attributes) {
        text += fmt::format("{}coalesce(s.{}, '')", text.empty() ? "" : " || '\\' || ",
                            attribute->column);
    }
    return text;
}

}  // namespace

Rebuilder::Rebuilder(const std::filesystem::path& database) : path_(database)
{
    Index::create_or_migrate(path_);
    connection_ = std::make_unique<WriterConnection>(path_, Synchronous::normal);
    // Until it is complete nobody wants it after a crash.
    connection_->database().run("PRAGMA synchronous = OFF");
    connection_->begin();
}
Rebuilder::~Rebuilder() = default;

bool Rebuilder::insert(const InstanceRecord& record)
{
    const WriterConnection::Placed placed = connection_->place(record, 0);
    if (placed.differs) {
        differing_.insert(placed.study);
    }
    if (++waiting_ == group_limit) {
        waiting_ = 0;
        connection_->commit();
        connection_->begin();
    }
    return placed.added;
}

void Rebuilder::correct_study(Id study, const Read& read)
{
    Database& database = connection_->database();
    connection_->respell(read(first_of(database, "s.id", study)), QueryLevel::study, study);
    for (const Id series : ids_of(database, "SELECT id FROM series_row WHERE study = ?1", study)) {
        connection_->respell(read(first_of(database, "e.id", series)), QueryLevel::series, series);
    }
}

void Rebuilder::correct_patients(const Read& read)
{
    Database& database = connection_->database();
    for (const Id patient : ids_of(database, fmt::format(patients_sql, said_of_patient()), 0)) {
        connection_->respell(read(first_of(database, "s.patient", patient)), QueryLevel::patient,
                             patient);
    }
}

void Rebuilder::finish(const Read& read)
{
    connection_->apply_deltas();
    for (const Id study : differing_) {
        correct_study(study, read);
    }
    correct_patients(read);
    connection_->commit();
    Database& database = connection_->database();
    database.run("PRAGMA synchronous = FULL");
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    connection_.reset();  // the last connection removes -wal and -shm
    const Descriptor file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
    flush_file(file.get(), path_);
}

}  // namespace pacs::index
