#include "index/other_patients.hpp"

#include <fmt/format.h>

namespace pacs::index {

namespace {

constexpr dicom::Tag issuer_tag{0x0010, 0x0021};

}  // namespace

std::string person(std::string_view id, std::string_view issuer, std::string_view name)
{
    return id.empty() ? fmt::format("\\{}", name) : fmt::format("{}\\{}", id, issuer);
}

std::string person(const InstanceRecord& record)
{
    return person(record.values.text(dicom::tags::patient_id), record.values.text(issuer_tag),
                  record.values.text(dicom::tags::patient_name));
}

OtherPatients::OtherPatients(Database& database)
    : find_(database,
            "SELECT patient_id, issuer_of_patient_id, patient_name FROM study_row WHERE id = ?1"),
      add_(database, "INSERT INTO other_patient VALUES (?1, ?2, ?3, ?4, ?5)"),
      drop_(database,
            "DELETE FROM other_patient WHERE instance = "
            "(SELECT id FROM instance_row WHERE sop_instance_uid = ?1)"),
      drop_study_(database, "DELETE FROM other_patient WHERE study = ?1")
{
}

void OtherPatients::note(const InstanceRecord& record, std::int64_t study, std::int64_t instance)
{
    find_.bind(1, study);
    const bool same =
        find_.step() && person(find_.text(0), find_.text(1), find_.text(2)) == person(record);
    find_.reset();
    if (same) {
        return;
    }
    add_.bind(1, instance);
    add_.bind(2, study);
    add_.bind_unless_empty(3, record.values.text(dicom::tags::patient_id));
    add_.bind_unless_empty(4, record.values.text(issuer_tag));
    add_.bind_unless_empty(5, record.values.text(dicom::tags::patient_name));
    add_.run();
}

void OtherPatients::drop(std::string_view instance_uid)
{
    drop_.bind(1, instance_uid);
    drop_.run();
}

void OtherPatients::drop_study(std::int64_t study)
{
    drop_study_.bind(1, study);
    drop_study_.run();
}

}  // namespace pacs::index
