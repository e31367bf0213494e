#include "index/file_statements.hpp"
#include "index/writer_connection.hpp"

#include <fmt/format.h>

#include <utility>

namespace pacs::index {

namespace {

using dicom::QueryLevel;
using Id = std::int64_t;

/// Runs a statement that takes one number.
void run_with(Statement& statement, Id id)
{
    statement.bind(1, id);
    statement.run();
}

void run_with(Database& database, const char* sql, Id id)
{
    Statement statement{database, sql};
    run_with(statement, id);
}

Id number_of(Database& database, const char* sql, Id id)
{
    Statement statement{database, sql};
    statement.bind(1, id);
    return statement.step() ? statement.number(0) : 0;
}

}  // namespace

void FileWriter::remove(Id file, const std::function<void(const RemovedFile&)>& visit)
{
    std::vector<Id> members;
    Statement& find = statements_->members;
    find.bind(1, file);
    while (find.step()) {
        members.push_back(find.number(0));
    }
    find.reset();
    for (const Id member : members) {
        remove_row(member, visit);
    }
    if (members.empty()) {
        remove_row(file, visit);
    }
}

void FileWriter::remove_row(Id file, const std::function<void(const RemovedFile&)>& visit)
{
    Statement& describe = statements_->describe;
    describe.bind(1, file);
    if (!describe.step()) {
        describe.reset();
        return;
    }
    RemovedFile removed{fmt::format("{}/{}", describe.blob(5), describe.blob(6)),
                        describe.number(0), std::string{describe.blob(1)},
                        std::string{describe.text(7)}};
    const Id instance = describe.number(2);
    const bool owner = instance != 0 && describe.number(3) == 0;
    const bool differs = describe.number(4) != 0;
    const Id series = describe.number(8);
    const Id study = describe.number(9);
    const Id patient = describe.number(10);
    describe.reset();
    if (owner) {
        state_->differing[study] -= differs ? 1 : 0;
        take_out(instance, series, study, patient);
        run_with(statements_->unread_copies, instance);
    }
    run_with(statements_->drop_claim, file);
    run_with(statements_->drop_extras, file);
    run_with(statements_->drop_file, file);
    if (visit) {
        visit(removed);
    }
}

void FileWriter::take_out(Id instance, Id series, Id study, Id patient)
{
    writer_.connection_->take_out(instance, series, study, patient);
    state_->emptied_series.insert(series);
    state_->emptied_studies.insert(study);
    state_->emptied_patients.insert(patient);
}

void FileWriter::remove_folder(Id folder, const std::function<void(const RemovedFile&)>& visit)
{
    std::vector<Id> open{folder};
    while (!open.empty()) {
        const Id id = open.back();
        Statement& below = statements_->folders_in;
        below.bind(1, id);
        const Id child = below.step() ? below.number(0) : 0;
        below.reset();
        if (child != 0) {
            open.push_back(child);
            continue;
        }
        Statement& files = statements_->files_in;
        for (std::vector<Id> some(1); !some.empty();) {
            some.clear();
            files.bind(1, id);
            while (files.step()) {
                some.push_back(files.number(0));
            }
            files.reset();
            for (const Id file : some) {
                remove(file, visit);
            }
        }
        run_with(statements_->drop_folder, id);
        open.pop_back();
    }
    state_->folders.clear();
}

void FileWriter::take_out_study(Id study)
{
    run_with(statements_->unread_study, study);
    Database& database = writer_.connection_->database();
    // Claims of the files that are to be read again.
    database.run("DELETE FROM claim WHERE file IN (SELECT id FROM file WHERE unread = 1)");
    Statement& find = statements_->study_instances;
    for (bool more = true; more;) {
        std::vector<std::pair<Id, std::pair<Id, Id>>> some;
        find.bind(1, study);
        while (find.step()) {
            some.push_back({find.number(0), {find.number(1), find.number(2)}});
        }
        find.reset();
        more = !some.empty();
        for (const auto& [instance, above] : some) {
            take_out(instance, above.first, study, above.second);
        }
    }
    run_with(statements_->calm_study, study);
    run_with(statements_->untouch, study);
}

void FileWriter::count_differing()
{
    for (const auto& [study, count] : state_->differing) {
        if (count != 0) {
            statements_->count_differing.bind(1, study);
            statements_->count_differing.bind(2, count);
            statements_->count_differing.run();
        }
    }
    state_->differing.clear();
}

void FileWriter::settle()
{
    count_differing();
    if (state_->emptied_studies.empty()) {
        return;
    }
    writer_.connection_->apply_deltas();
    for (const Id series : std::exchange(state_->emptied_series, {})) {
        prune_series(series);
    }
    for (const Id study : std::exchange(state_->emptied_studies, {})) {
        prune_study(study);
    }
    for (const Id patient : std::exchange(state_->emptied_patients, {})) {
        prune_patient(patient);
    }
    writer_.connection_->forget();
    state_->persons.clear();
    state_->order.forget();
}

void FileWriter::prune_series(Id series)
{
    Database& database = writer_.connection_->database();
    if (number_of(database, "SELECT instances FROM series_row WHERE id = ?1", series) != 0) {
        return;
    }
    const Id study = number_of(database, "SELECT study FROM series_row WHERE id = ?1", series);
    run_with(database, "UPDATE study_row SET series = series - 1 WHERE id = ?1", study);
    run_with(database,
             "UPDATE patient_row SET series = series - 1 WHERE id = (SELECT patient FROM study_row "
             "WHERE id = ?1)",
             study);
    run_with(database, "DELETE FROM request WHERE series = ?1", series);
    drop_names(database, QueryLevel::series, series);
    run_with(database, "DELETE FROM series_row WHERE id = ?1", series);
}

void FileWriter::prune_study(Id study)
{
    Database& database = writer_.connection_->database();
    if (number_of(database, "SELECT instances FROM study_row WHERE id = ?1", study) != 0) {
        prune_classes(study);
        if (!state_->same) {
            run_with(statements_->touch, study);
        }
        return;
    }
    run_with(database,
             "UPDATE patient_row SET studies = studies - 1 WHERE id = (SELECT patient FROM "
             "study_row WHERE id = ?1)",
             study);
    run_with(database, "DELETE FROM study_class WHERE study = ?1", study);
    run_with(statements_->untouch, study);
    drop_names(database, QueryLevel::study, study);
    run_with(database, "DELETE FROM study_row WHERE id = ?1", study);
}

void FileWriter::prune_patient(Id patient)
{
    Database& database = writer_.connection_->database();
    if (number_of(database, "SELECT studies FROM patient_row WHERE id = ?1", patient) == 0) {
        drop_names(database, QueryLevel::patient, patient);
        run_with(database, "DELETE FROM touched_patient WHERE patient = ?1", patient);
        run_with(database, "DELETE FROM patient_row WHERE id = ?1", patient);
    } else {
        run_with(statements_->touch_patient, patient);
    }
}

void FileWriter::name_patients()
{
    Database& database = writer_.connection_->database();
    Statement first{database,
                    fmt::format("SELECT s.id FROM study_row s WHERE s.patient = ?1 ORDER BY ("
                                "SELECT min({}) FROM series_row e CROSS JOIN instance_row i ON "
                                "i.series = e.id CROSS JOIN file f ON f.id = i.file CROSS JOIN "
                                "folder d ON d.id = f.folder WHERE e.study = s.id) LIMIT 1",
                                walk_key_sql)};
    for (Id patient = 0;;) {
        patient = number_of(database,
                            "SELECT patient FROM touched_patient WHERE patient > ?1 "
                            "ORDER BY patient LIMIT 1",
                            patient);
        if (patient == 0) {
            break;
        }
        first.bind(1, patient);
        const Id study = first.step() ? first.number(0) : 0;
        first.reset();
        writer_.connection_->respell_patient(patient, study);
    }
    database.run("DELETE FROM touched_patient");
}

void FileWriter::prune_classes(Id study)
{
    run_with(writer_.connection_->database(),
             "DELETE FROM study_class WHERE study = ?1 AND NOT EXISTS (SELECT 1 FROM series_row e "
             "CROSS JOIN instance_row i ON i.series = e.id WHERE e.study = study_class.study AND "
             "i.sop_class = study_class.class)",
             study);
}

}  // namespace pacs::index
