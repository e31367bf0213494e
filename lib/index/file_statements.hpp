#pragma once

#include "index/files.hpp"
#include "index/respell.hpp"
#include "index/row_source.hpp"
#include "index/sqlite.hpp"
#include "index/walk_order.hpp"
#include "index/writer_connection.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace pacs::index {

/// What FileWriter asks and changes.
struct FileWriter::Statements {
    static constexpr const char* unread_study_sql =
        "UPDATE file SET unread = 1, instance = NULL, copy = 0, differs = 0 WHERE id IN ("
        "SELECT i.file FROM series_row e CROSS JOIN instance_row i ON i.series = e.id "
        "WHERE e.study = ?1 AND i.file IS NOT NULL UNION ALL "
        "SELECT f.id FROM series_row e CROSS JOIN instance_row i ON i.series = e.id "
        "CROSS JOIN file f ON f.instance = i.id AND f.copy = 1 WHERE e.study = ?1)";

    /// Marks a patient whom not all of his studies name as his row does.
    static std::string touch_patient_sql()
    {
        return fmt::format(
            "INSERT OR IGNORE INTO touched_patient SELECT p.id FROM patient_row p WHERE p.id = ?1 "
            "AND EXISTS (SELECT 1 FROM study_row s WHERE s.patient = p.id AND {} <> {})",
            patient_text_sql('s'), patient_text_sql('p'));
    }

    explicit Statements(Database& database)
        : find_folder(database, "SELECT id, device FROM folder WHERE path = ?1"),
          add_folder(database, "INSERT INTO folder (parent, path, device) VALUES (?1, ?2, ?3)"),
          place_folder(database, "UPDATE folder SET device = ?2 WHERE id = ?1"),
          adopt_folder(database, "UPDATE folder SET parent = ?2 WHERE id = ?1 AND parent IS NULL"),
          drop_folder(database, "DELETE FROM folder WHERE id = ?1"),
          folders_in(database, "SELECT id FROM folder WHERE parent = ?1 LIMIT 1"),
          find_keys(database, "SELECT id FROM key_set WHERE tags = ?1"),
          add_keys(database, "INSERT INTO key_set (tags) VALUES (?1)"),
          find_file(database,
                    "SELECT id FROM file WHERE folder = ?1 AND name = ?2 AND member = ?3"),
          files_in(database, "SELECT id FROM file WHERE folder = ?1 AND member = 0 LIMIT 1000"),
          members(database,
                  "SELECT m.id FROM file f CROSS JOIN file m ON m.folder = f.folder AND "
                  "m.name = f.name WHERE f.id = ?1 AND f.member = 0 ORDER BY m.member DESC"),
          describe(database,
                   "SELECT f.member, f.member_name, f.instance, f.copy, f.differs, d.path, f.name, "
                   "i.sop_instance_uid, i.series, e.study, s.patient, f.folder FROM file f "
                   "JOIN folder d ON d.id = f.folder LEFT JOIN instance_row i ON i.id = f.instance "
                   "LEFT JOIN series_row e ON e.id = i.series "
                   "LEFT JOIN study_row s ON s.id = e.study WHERE f.id = ?1"),
          new_files(database, "new_files", 18),
          // FAIL: what a statement has done need not be kept apart for taking it back by itself,
          // as an error ends the transaction.
          add_files(database,
                    "INSERT OR FAIL INTO file (id, folder, name, member, member_name, size, "
                    "mtime_ns, inode, outcome, reason, message, instance, copy, differs, key_set, "
                    "sha256, content_sha256, content_note) SELECT " +
                        new_files.column_names() + " FROM new_files"),
          drop_file(database, "DELETE FROM file WHERE id = ?1"),
          drop_claim(database, "DELETE FROM claim WHERE file = ?1"),
          drop_extras(database, "DELETE FROM extra WHERE file = ?1"),
          add_extra(database,
                    "INSERT OR REPLACE INTO extra (file, tag, value, several) "
                    "VALUES (?1, ?2, ?3, instr(?3, '\\') > 0)"),
          unread_copies(database,
                        "UPDATE file SET unread = 1, instance = NULL, copy = 0 WHERE instance = ?1 "
                        "AND copy = 1"),
          place_of(database,
                   "SELECT s.study_instance_uid, e.series_instance_uid, s.patient_id, "
                   "s.issuer_of_patient_id, s.patient_name FROM instance_row i "
                   "JOIN series_row e ON e.id = i.series JOIN study_row s ON s.id = e.study "
                   "WHERE i.id = ?1"),
          add_claim(database, "INSERT INTO claim VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
          count_differing(database,
                          "UPDATE study_row SET differing = differing + ?2 WHERE id = ?1"),
          touch(database,
                "INSERT OR IGNORE INTO touched SELECT ?1 WHERE (SELECT differing FROM study_row "
                "WHERE id = ?1) > 0"),
          touch_now(database, "INSERT OR IGNORE INTO touched VALUES (?1)"),
          is_unread(database, "SELECT unread FROM file WHERE id = ?1"),
          study_of(database,
                   "SELECT e.study FROM instance_row i JOIN series_row e ON e.id = i.series "
                   "WHERE i.id = ?1"),
          untouch(database, "DELETE FROM touched WHERE study = ?1"),
          unread_study(database, unread_study_sql),
          study_instances(database,
                          "SELECT i.id, e.id, s.patient, i.sop_class FROM study_row s "
                          "JOIN series_row e ON e.study = s.id "
                          "JOIN instance_row i ON i.series = e.id WHERE s.id = ?1 LIMIT 1000"),
          calm_study(database, "UPDATE study_row SET differing = 0 WHERE id = ?1"),
          touch_patient(database, touch_patient_sql())
    {
    }
    Statement find_folder;
    Statement add_folder;
    Statement place_folder;
    Statement adopt_folder;
    Statement drop_folder;
    Statement folders_in;
    Statement find_keys;
    Statement add_keys;
    Statement find_file;
    Statement files_in;
    Statement members;
    Statement describe;
    RowSource new_files;
    Statement add_files;
    Statement drop_file;
    Statement drop_claim;
    Statement drop_extras;
    Statement add_extra;
    Statement unread_copies;
    Statement place_of;
    Statement add_claim;
    Statement count_differing;
    Statement touch;
    Statement touch_now;
    Statement is_unread;
    Statement study_of;
    Statement untouch;
    Statement unread_study;
    Statement study_instances;
    Statement calm_study;
    Statement touch_patient;
};

/// What FileWriter remembers within a transaction, and of rows it has seen.
struct FileWriter::State {
    explicit State(Database& database) : order(database) {}

    std::int64_t next_file = 1;
    bool settled = true;  // there were files before this writer: new ones may stand in front
    bool same = false;    // what is removed is put again, as it was
    WalkOrder order;
    std::unordered_map<std::string, std::int64_t> folders;
    std::unordered_set<std::int64_t> emptied_series;  // perhaps: something was removed from them
    std::unordered_set<std::int64_t> emptied_studies;
    std::unordered_set<std::int64_t> emptied_patients;
    std::unordered_map<std::string, std::string> persons;      // by study UID
    std::unordered_map<std::int64_t, std::int64_t> differing;  // by study: how many more
    std::vector<WriterConnection::Arrival> arrivals;           // of the rows that are being put
    std::vector<std::string> digests;
};

}  // namespace pacs::index
