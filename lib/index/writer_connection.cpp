#include "index/writer_connection.hpp"

#include "index/attributes.hpp"
#include "index/names.hpp"
#include "index/schema.hpp"

#include <fmt/format.h>

#include <utility>

namespace pacs::index {

namespace {

using dicom::QueryLevel;

/// Beyond it a cache of row numbers starts anew.
constexpr std::size_t cache_limit = 20'000;
/// Pages of the log (256 MiB) beyond which the writer writes them back itself, after a commit.
constexpr std::uint64_t own_checkpoint_pages = 65'536;

/// "\\" between the two cannot be part of either: it separates values (PS3.5 6.4).
std::string identity_of(const InstanceRecord& record)
{
    const std::string& id = record.values.text(dicom::tags::patient_id);
    return id.empty() ? "\\\\" + record.study_uid
                      : id + "\\" + record.values.text(dicom::Tag{0x0010, 0x0021});
}

constexpr const char* add_request_sql =
    "INSERT INTO request (series, accession_number, study_instance_uid, "
    "requested_procedure_description, scheduled_procedure_step_description, "
    "scheduled_procedure_step_id, requested_procedure_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// In front of those of values.
constexpr std::string_view instance_names =
    "series, sop_instance_uid, sop_class, transfer_syntax, sha256, size, received_ms, source, file";

Database open_for_writing(const std::filesystem::path& path, Synchronous synchronous)
{
    Database database{path, Database::Mode::write};
    check_version(database, schema_version);
    database.run(synchronous == Synchronous::full ? "PRAGMA synchronous = FULL"
                                                  : "PRAGMA synchronous = NORMAL");
    database.run("PRAGMA foreign_keys = OFF");  // rows are made top down and never removed
    database.run("PRAGMA cache_size = -65536");
    database.run("PRAGMA journal_size_limit = 67108864");
    return database;
}

/// Makes room, then remembers.
template <typename Cache, typename... Entry>
void remember(Cache& cache, Entry&&... entry)
{
    if (cache.size() >= cache_limit) {
        cache.clear();
    }
    cache.emplace(std::forward<Entry>(entry)...);
}

}  // namespace

WriterConnection::WriterConnection(const std::filesystem::path& path, Synchronous synchronous)
    : database_(open_for_writing(path, synchronous)),
      new_instances_(database_, "new_instances", 10 + instance_columns_.attributes.size()),
      find_(database_),
      other_patients_(database_),
      exists_(database_, "SELECT id FROM instance_row WHERE sop_instance_uid = ?1"),
      find_uid_(database_, "SELECT id FROM uid WHERE uid = ?1"),
      add_uid_(database_, "INSERT INTO uid (uid) VALUES (?1)"),
      find_patient_(database_, "SELECT id FROM patient_row WHERE identity = ?1"),
      add_patient_(database_, patient_columns_.insert_sql("patient_row", "identity", "?1")),
      find_study_(database_,
                  "SELECT id, patient, said FROM study_row WHERE study_instance_uid = ?1"),
      add_study_(database_,
                 study_columns_.insert_sql("study_row", "patient, study_instance_uid, shard, said",
                                           "?1, ?2, ?3, ?4")),
      find_series_(database_,
                   "SELECT id, said FROM series_row WHERE series_instance_uid = ?1 AND study = ?2"),
      add_series_(database_, series_columns_.insert_sql(
                                 "series_row", "study, series_instance_uid, said", "?1, ?2, ?3")),
      add_instance_(database_, instance_columns_.insert_sql("instance_row", instance_names,
                                                            "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9") +
                                   " ON CONFLICT (sop_instance_uid) DO NOTHING"),
      // FAIL keeps the rows before the one that is not taken, and so needs no copies of pages to
      // take them back.
      add_instances_(
          database_,
          fmt::format("INSERT OR FAIL INTO instance_row ({}{}, id) SELECT {} FROM "
                      "new_instances",
                      instance_names, instance_columns_.names, new_instances_.column_names())),
      remove_instance_(database_, "DELETE FROM instance_row WHERE sop_instance_uid = ?1"),
      take_out_(database_, "DELETE FROM instance_row WHERE id = ?1"),
      add_class_(database_, "INSERT OR IGNORE INTO study_class (study, class) VALUES (?1, ?2)"),
      add_request_(database_, add_request_sql),
      add_name_(database_, "INSERT OR IGNORE INTO name_key (kind, key, owner) VALUES (?1, ?2, ?3)"),
      count_patient_(database_,
                     "UPDATE patient_row SET studies = studies + ?2, series = series + ?3, "
                     "instances = instances + ?4 WHERE id = ?1"),
      count_study_(database_,
                   "UPDATE study_row SET series = series + ?2, instances = instances + ?3 "
                   "WHERE id = ?1"),
      count_series_(database_, "UPDATE series_row SET instances = instances + ?2 WHERE id = ?1")
{
    sqlite3_wal_hook(database_.handle(), note_log, &log_pages_);  // in place of autocheckpoint
}

WriterConnection::Id WriterConnection::uid_number(const std::string& uid)
{
    if (const auto known = uids_.find(uid); known != uids_.end()) {
        return known->second;
    }
    find_uid_.bind(1, uid);
    Id id = find_uid_.step() ? find_uid_.number(0) : 0;
    find_uid_.reset();
    if (id == 0) {
        add_uid_.bind(1, uid);
        add_uid_.run();
        id = database_.last_row_id();
    }
    remember(uids_, uid, id);
    return id;
}

WriterConnection::Id WriterConnection::patient_row(const InstanceRecord& record)
{
    const std::string identity = identity_of(record);
    find_patient_.bind(1, identity);
    Id id = find_patient_.step() ? find_patient_.number(0) : 0;
    find_patient_.reset();
    if (id == 0) {
        add_patient_.bind(1, identity);
        patient_columns_.bind(add_patient_, 2, record.values);
        add_patient_.run();
        id = database_.last_row_id();
        add_names(record, QueryLevel::patient, id);
    }
    return id;
}

WriterConnection::StudyRow WriterConnection::study_row(const InstanceRecord& record)
{
    if (const auto known = studies_.find(record.study_uid); known != studies_.end()) {
        return known->second;
    }
    StudyRow row;
    find_study_.bind(1, record.study_uid);
    if (find_study_.step()) {
        row = {find_study_.number(0), find_study_.number(1), find_study_.number(2)};
    }
    find_study_.reset();
    if (row.id == 0) {
        row.patient = patient_row(record);
        add_study_.bind(1, row.patient);
        add_study_.bind(2, record.study_uid);
        add_study_.bind(3, record.shard);
        add_study_.bind(4, record.study_said);
        study_columns_.bind(add_study_, 5, record.values);
        add_study_.run();
        row.id = database_.last_row_id();
        row.said = record.study_said;
        add_names(record, QueryLevel::study, row.id);
        ++patient_deltas_[row.patient].studies;
        ++studies_made_;
    }
    remember(studies_, record.study_uid, row);
    return row;
}

WriterConnection::SeriesRow WriterConnection::series_row(const InstanceRecord& record,
                                                         const StudyRow& study)
{
    const std::string key = fmt::format("{}/{}", study.id, record.series_uid);
    if (const auto known = series_.find(key); known != series_.end()) {
        return known->second;
    }
    find_series_.bind(1, record.series_uid);
    find_series_.bind(2, study.id);
    SeriesRow row;
    if (find_series_.step()) {
        row = {find_series_.number(0), find_series_.number(1)};
    }
    find_series_.reset();
    if (row.id == 0) {
        add_series_.bind(1, study.id);
        add_series_.bind(2, record.series_uid);
        add_series_.bind(3, record.series_said);
        series_columns_.bind(add_series_, 4, record.values);
        add_series_.run();
        row = {database_.last_row_id(), record.series_said};
        add_names(record, QueryLevel::series, row.id);
        add_requests(record, row.id);
        ++study_deltas_[study.id].series;
        ++patient_deltas_[study.patient].series;
    }
    remember(series_, key, row);
    return row;
}

void WriterConnection::add_class(Id study, Id sop_class)
{
    const std::string key = fmt::format("{}/{}", study, sop_class);
    if (classes_.contains(key)) {
        return;
    }
    add_class_.bind(1, study);
    add_class_.bind(2, sop_class);
    add_class_.run();
    remember(classes_, key);
}

void WriterConnection::add_requests(const InstanceRecord& record, Id series)
{
    for (const auto& values : record.requests) {
        add_request_.bind(1, series);
        int parameter = 2;
        for (const Attribute& attribute : request_attributes()) {
            const auto value = values.find(attribute.tag);
            if (value == values.end()) {
                add_request_.bind_null(parameter++);
            } else {
                add_request_.bind(parameter++, std::string_view{value->second});
            }
        }
        add_request_.run();
    }
}

void WriterConnection::add_names(const InstanceRecord& record, QueryLevel table, Id owner)
{
    for (const Attribute& attribute : attributes()) {
        const bool here = attribute.level == table ||
                          (attribute.level == QueryLevel::patient && table == QueryLevel::study);
        const auto value = record.values.find(attribute.tag);
        if (attribute.storage != Storage::name || !here || value == record.values.end()) {
            continue;
        }
        for (const std::string& key : name_keys(value->second)) {
            add_name_.bind(1, Id{name_kind(attribute.tag, table)});
            add_name_.bind(2, key);
            add_name_.bind(3, owner);
            add_name_.run();
        }
    }
}

void WriterConnection::take_out(Id instance, Id series, Id study, Id patient)
{
    take_out_.bind(1, instance);
    take_out_.run();
    --series_deltas_[series].instances;
    --study_deltas_[study].instances;
    --patient_deltas_[patient].instances;
}

void WriterConnection::replace(const InstanceRecord& record)
{
    const StudyRow study = study_row(record);
    const SeriesRow series = series_row(record, study);
    other_patients_.drop(record.instance_uid);
    remove_instance_.bind(1, record.instance_uid);
    remove_instance_.run();
    add_class(study.id, uid_number(record.class_uid));
    add_instance(record, series.id, 0);
    if (study.said != record.study_said) {
        other_patients_.note(record, study.id, database_.last_row_id());
    }
}

void WriterConnection::apply_deltas()
{
    for (const auto& [id, delta] : patient_deltas_) {
        count_patient_.bind(1, id);
        count_patient_.bind(2, delta.studies);
        count_patient_.bind(3, delta.series);
        count_patient_.bind(4, delta.instances);
        count_patient_.run();
    }
    for (const auto& [id, delta] : study_deltas_) {
        count_study_.bind(1, id);
        count_study_.bind(2, delta.series);
        count_study_.bind(3, delta.instances);
        count_study_.run();
    }
    for (const auto& [id, delta] : series_deltas_) {
        count_series_.bind(1, id);
        count_series_.bind(2, delta.instances);
        count_series_.run();
    }
    last_ = {};
    patient_deltas_.clear();
    study_deltas_.clear();
    series_deltas_.clear();
}

void WriterConnection::commit()
{
    apply_deltas();
    try {
        database_.run("COMMIT");
    } catch (...) {
        // A commit ends with its last page: one that could not be written never comes to life.
        const int reason = sqlite3_extended_errcode(database_.handle());
        in_doubt_ = reason != SQLITE_FULL && reason != SQLITE_IOERR_WRITE;
        throw;
    }
    if (log_pages_ >= own_checkpoint_pages) {
        // What it cannot write back now because of a reader, it will later.
        sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                  nullptr);
    }
}

void WriterConnection::bury_failed_commit()
{
    // The log goes on where the last good commit ended, and checksums run through: whatever lay
    // behind is invalid from here on.
    begin();
    database_.run("UPDATE failed_commits SET count = count + 1");
    database_.run("COMMIT");
    in_doubt_ = false;
}

void WriterConnection::rollback() noexcept
{
    // An error may have rolled back already; then there is nothing to do.
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    forget();
}

void WriterConnection::forget()
{
    uids_.clear();
    studies_.clear();
    series_.clear();
    classes_.clear();
    last_ = {};
    patient_deltas_.clear();
    study_deltas_.clear();
    series_deltas_.clear();
}

}  // namespace pacs::index
