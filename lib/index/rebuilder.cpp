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
constexpr const char* from_sql =
    "FROM study_row s CROSS JOIN series_row e ON e.study = s.id "
    "CROSS JOIN instance_row i ON i.series = e.id CROSS JOIN uid c ON c.id = i.sop_class "
    "CROSS JOIN uid t ON t.id = i.transfer_syntax WHERE {} = ?1 ";
constexpr const char* first_sql = "ORDER BY i.received_ms, i.sop_instance_uid LIMIT 1";

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
    Statement find{database, stored_columns() + fmt::format(from_sql, column) + first_sql};
    find.bind(1, id);
    find.step();
    return stored_of(find);
}

/// What a study says of its patient, and who that is.
struct StudyPatientText {
    Id patient = 0;
    std::string person;
    std::string all;

    StudyPatientText(Database& database, Id study)
    {
        Statement find{database,
                       fmt::format("SELECT s.patient, s.patient_id, s.issuer_of_patient_id, "
                                   "s.patient_name, {} FROM study_row s WHERE s.id = ?1",
                                   patient_text_sql('s'))};
        find.bind(1, study);
        if (find.step()) {
            patient = find.number(0);
            person = index::person(find.text(1), find.text(2), find.text(3));
            all = find.text(4);
        }
    }
};

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
    const InstanceRecord first = read(first_of(database, "s.id", study));
    const StudyPatientText before{database, study};
    connection_->respell(first, QueryLevel::study, study);
    const StudyPatientText after{database, study};
    if (after.person != before.person) {
        connection_->move_study(first, study);
        name_other_patients(study, read);
    }
    if (after.all != before.all) {
        // The study may have been the one that named him.
        doubtful_.insert(before.patient);
    }
    for (const Id series : ids_of(database, "SELECT id FROM series_row WHERE study = ?1", study)) {
        connection_->respell(read(first_of(database, "e.id", series)), QueryLevel::series, series);
    }
}

// What was noted was held against another patient than the one the study has now.
void Rebuilder::name_other_patients(Id study, const Read& read)
{
    Database& database = connection_->database();
    connection_->other_patients().drop_study(study);
    Statement each{database, stored_columns() + ", i.id " + fmt::format(from_sql, "s.id")};
    each.bind(1, study);
    while (each.step()) {
        connection_->other_patients().note(read(stored_of(each)), study, each.number(7));
    }
}

// Nobody is left of one whose only study was another's.
void Rebuilder::correct_patient(Id patient, const Read& read)
{
    Database& database = connection_->database();
    if (!ids_of(database, "SELECT id FROM study_row WHERE patient = ?1 LIMIT 1", patient).empty()) {
        connection_->respell(read(first_of(database, "s.patient", patient)), QueryLevel::patient,
                             patient);
        return;
    }
    drop_names(database, QueryLevel::patient, patient);
    Statement drop{database, "DELETE FROM patient_row WHERE id = ?1"};
    drop.bind(1, patient);
    drop.run();
}

void Rebuilder::correct_patients(const Read& read)
{
    Database& database = connection_->database();
    for (const Id patient : doubtful_) {
        correct_patient(patient, read);
    }
    for (const Id patient : ids_of(database, fmt::format(patients_sql, patient_text_sql('s')), 0)) {
        correct_patient(patient, read);
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
