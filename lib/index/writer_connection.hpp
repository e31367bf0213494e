#pragma once

#include "dicom/query_level.hpp"
#include "index/index.hpp"
#include "index/other_patients.hpp"
#include "index/respell.hpp"
#include "index/row_source.hpp"
#include "index/sqlite.hpp"
#include "index/stored.hpp"
#include "index/value_columns.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace pacs::index {

/// The statements of a Writer, and what it remembers of rows it has seen.
class WriterConnection {
public:
    WriterConnection(const std::filesystem::path& path, Synchronous synchronous);
    /// Leaves the database file complete without its -wal, for whoever copies it after an orderly
    /// end. Nothing is lost when that does not succeed.
    ~WriterConnection()
    {
        sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                  nullptr);
    }
    WriterConnection(const WriterConnection&) = delete;
    WriterConnection& operator=(const WriterConnection&) = delete;

    using Id = std::int64_t;

    /// What became of an instance that was to be added.
    struct Placed {
        bool added = false;       ///< false: its UID was there
        Id instance = 0;          ///< its row, or that of the one that was there
        Id study = 0;             ///< when it was added
        bool differs = false;     ///< added, and says other things than study and series do
        bool same_study = false;  ///< added, and says of the study what the study's row does
        Id new_study_of = 0;      ///< the patient, when its study was made for it
    };

    Database& database() noexcept { return database_; }
    void begin()
    {
        database_.run("BEGIN IMMEDIATE");
        next_instance_ = 0;
    }
    bool insert(const InstanceRecord& record) { return place(record, 0).added; }
    /// `file` is the row of the file it comes from; 0: none, it lies under objects/.
    Placed place(const InstanceRecord& record, Id file);
    struct Arrival {
        const InstanceRecord* record = nullptr;
        Id file = 0;
        Placed placed = {};
    };
    /// place() for each of them, in their order, but in one statement for those that follow each
    /// other in a series.
    void place(std::span<Arrival> arrivals);
    /// Removes the row of an instance; the rows above stay, whatever is left of them.
    void take_out(Id instance, Id series, Id study, Id patient);
    /// Writes the counts that insertions and removals changed.
    void apply_deltas();
    /// Makes the row of a patient, study or series say what `record` says.
    void respell(const InstanceRecord& record, dicom::QueryLevel level, Id row);
    /// Makes the row of a patient say what that of his study does.
    void respell_patient(Id patient, Id study);
    /// Gives a study to the patient that `record` names, whose row is made when it is not there.
    /// All counts must have been written.
    void move_study(const InstanceRecord& record, Id study);
    OtherPatients& other_patients() noexcept { return other_patients_; }
    /// To be called when rows of studies or series were removed or changed by others.
    void forget();
    void replace(const InstanceRecord& record);
    std::optional<StoredInstance> find(std::string_view uid) { return find_.find(uid); }
    void commit();
    void rollback() noexcept;
    bool commit_in_doubt() const noexcept { return in_doubt_; }
    void bury_failed_commit();
    void checkpoint() { database_.checkpoint(); }
    std::uint64_t log_pages() const noexcept { return log_pages_; }

private:
    struct Deltas {
        Id studies = 0;
        Id series = 0;
        Id instances = 0;
    };
    struct StudyRow {
        Id id = 0;
        Id patient = 0;
        Id said = 0;
    };
    struct SeriesRow {
        Id id = 0;
        Id said = 0;
    };
    /// Where the last instance went: most have the next one of the same series beside them.
    struct Last {
        std::string study_uid;  // empty: nowhere
        std::string series_uid;
        std::string class_uid;
        StudyRow study;
        SeriesRow series;
        Deltas* patient_delta = nullptr;
        Deltas* study_delta = nullptr;
        Deltas* series_delta = nullptr;
    };

    static int note_log(void* pages, sqlite3* /*handle*/, const char* /*name*/, int count)
    {
        *static_cast<std::uint64_t*>(pages) = static_cast<std::uint64_t>(count);
        return SQLITE_OK;
    }

    Id uid_number(const std::string& uid);
    Id patient_row(const InstanceRecord& record);
    StudyRow study_row(const InstanceRecord& record);
    SeriesRow series_row(const InstanceRecord& record, const StudyRow& study);
    void add_class(Id study, Id sop_class);
    void add_requests(const InstanceRecord& record, Id series);
    void add_names(const InstanceRecord& record, dicom::QueryLevel table, Id owner);
    bool add_instance(const InstanceRecord& record, Id series, Id file);
    Id instance_of(const std::string& uid);
    void go_to_series_of(const InstanceRecord& record);
    bool is_beside_last(const InstanceRecord& record) const noexcept;
    Placed place_beside_last(const InstanceRecord& record, Id file);
    void place_beside_last(std::span<Arrival> arrivals);
    void add_row(const Arrival& arrival, std::string_view digest);
    Placed count_beside_last(const InstanceRecord& record, Id instance, Id file);

    Database database_;
    std::uint64_t log_pages_ = 0;
    std::uint64_t studies_made_ = 0;
    bool in_doubt_ = false;
    ValueColumns patient_columns_{{dicom::QueryLevel::patient}, 1};
    ValueColumns study_columns_{{dicom::QueryLevel::patient, dicom::QueryLevel::study}, 4};
    ValueColumns series_columns_{{dicom::QueryLevel::series}, 3};
    ValueColumns instance_columns_{{dicom::QueryLevel::instance}, 9};
    RowSource new_instances_;
    StoredLookup find_;
    OtherPatients other_patients_;
    Statement exists_;
    Statement find_uid_;
    Statement add_uid_;
    Statement find_patient_;
    Statement add_patient_;
    Statement find_study_;
    Statement add_study_;
    Statement find_series_;
    Statement add_series_;
    Statement add_instance_;
    Statement add_instances_;
    Statement remove_instance_;
    Statement take_out_;
    Statement add_class_;
    Statement add_request_;
    Statement add_name_;
    Statement count_patient_;
    Statement count_study_;
    Statement count_series_;

    std::unordered_map<std::string, Id> uids_;
    std::unordered_map<std::string, StudyRow> studies_;
    std::unordered_map<std::string, SeriesRow> series_;  // by study row and UID
    std::unordered_set<std::string> classes_;            // by study row and class
    std::map<Id, Deltas> patient_deltas_;
    std::map<Id, Deltas> study_deltas_;
    std::map<Id, Deltas> series_deltas_;
    Last last_;
    Id next_instance_ = 0;  // in this transaction; 0: not known
    std::vector<std::string> digests_;
};

}  // namespace pacs::index
