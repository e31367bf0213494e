#include "index/respell.hpp"
#include "index/attributes.hpp"
#include "index/names.hpp"
#include "index/writer_connection.hpp"

#include <fmt/format.h>

#include <utility>

namespace pacs::index {

namespace {

using dicom::QueryLevel;
using Id = std::int64_t;

/// Names of the patient are kept with each study too.
bool is_name_of(const Attribute& attribute, QueryLevel level)
{
    return attribute.storage == Storage::name &&
           (attribute.level == level ||
            (attribute.level == QueryLevel::patient && level == QueryLevel::study));
}

}  // namespace

std::string_view table_of(QueryLevel level) noexcept
{
    switch (level) {
    case QueryLevel::patient: return "patient_row";
    case QueryLevel::study: return "study_row";
    case QueryLevel::series: return "series_row";
    case QueryLevel::instance: break;
    }
    return "instance_row";
}

void drop_names(Database& database, QueryLevel level, Id owner)
{
    for (const Attribute& attribute : attributes()) {
        if (!is_name_of(attribute, level)) {
            continue;
        }
        Statement find{database, fmt::format("SELECT {} FROM {} WHERE id = ?1", attribute.column,
                                             table_of(level))};
        find.bind(1, owner);
        const std::string name{find.step() ? find.text(0) : std::string_view{}};
        Statement drop{database,
                       "DELETE FROM name_key WHERE kind = ?1 AND key = ?2 AND owner = ?3"};
        for (const std::string& key : name_keys(name)) {
            drop.bind(1, Id{name_kind(attribute.tag, level)});
            drop.bind(2, std::string_view{key});
            drop.bind(3, owner);
            drop.run();
        }
    }
}

std::string patient_text_sql(char alias)
{
    std::string text;
    for (const Attribute* attribute : ValueColumns{{QueryLevel::patient}, 0}.attributes) {
        text += fmt::format("{}coalesce({}.{}, '')", text.empty() ? "" : " || '\\' || ", alias,
                            attribute->column);
    }
    return text;
}

void WriterConnection::respell_patient(Id patient, Id study)
{
    InstanceRecord record;
    {
        Statement find{database_, "SELECT " + patient_columns_.names.substr(2) +
                                      " FROM study_row WHERE id = ?1"};
        find.bind(1, study);
        if (!find.step()) {
            return;
        }
        for (std::size_t at = 0; at < patient_columns_.attributes.size(); ++at) {
            if (const auto value = find.text(static_cast<int>(at)); !value.empty()) {
                record.values[patient_columns_.attributes[at]->tag] = value;
            }
        }
    }
    respell(record, QueryLevel::patient, patient);
}

void WriterConnection::respell(const InstanceRecord& record, QueryLevel level, Id row)
{
    const ValueColumns& columns = level == QueryLevel::patient ? patient_columns_
                                  : level == QueryLevel::study ? study_columns_
                                                               : series_columns_;
    drop_names(database_, level, row);
    std::string sets;
    for (std::size_t at = 0; at < columns.attributes.size(); ++at) {
        sets += fmt::format("{}{} = ?{}", sets.empty() ? "" : ", ", columns.attributes[at]->column,
                            at + 3);
    }
    const bool says = level != QueryLevel::patient;
    Statement update{database_, fmt::format("UPDATE {} SET {}{} WHERE id = ?1", table_of(level),
                                            sets, says ? ", said = ?2" : "")};
    update.bind(1, row);
    if (says) {
        update.bind(2, level == QueryLevel::study ? record.study_said : record.series_said);
    }
    columns.bind(update, 3, record.values);
    update.run();
    add_names(record, level, row);
    if (level == QueryLevel::series) {
        Statement drop{database_, "DELETE FROM request WHERE series = ?1"};
        drop.bind(1, row);
        drop.run();
        add_requests(record, row);
    }
}

void WriterConnection::move_study(const InstanceRecord& record, Id study)
{
    const Id target = patient_row(record);
    Statement find{database_, "SELECT patient FROM study_row WHERE id = ?1"};
    find.bind(1, study);
    const Id before = find.step() ? find.number(0) : target;
    find.reset();
    if (before == target) {
        return;
    }
    for (const auto& [patient, sign] : {std::pair{before, '-'}, std::pair{target, '+'}}) {
        Statement count{
            database_,
            fmt::format("UPDATE patient_row SET studies = patient_row.studies {0} 1, "
                        "series = patient_row.series {0} s.series, "
                        "instances = patient_row.instances {0} s.instances FROM study_row s "
                        "WHERE s.id = ?1 AND patient_row.id = ?2",
                        sign)};
        count.bind(1, study);
        count.bind(2, patient);
        count.run();
    }
    Statement move{database_, "UPDATE study_row SET patient = ?2 WHERE id = ?1"};
    move.bind(1, study);
    move.bind(2, target);
    move.run();
}

}  // namespace pacs::index
