#include "index/attributes.hpp"

#include <algorithm>
#include <array>

namespace pacs::index {

namespace {

using dicom::Tag;
using dicom::Vr;
using enum dicom::QueryLevel;
using enum Storage;

constexpr bool returned_only = false;

constexpr std::array table{
    Attribute{Tag{0x0008, 0x0016}, instance, registered, "sop_class", Vr::UI},
    Attribute{Tag{0x0008, 0x0018}, instance, uid, "sop_instance_uid", Vr::UI},
    Attribute{Tag{0x0008, 0x0020}, study, date, "study_date", Vr::DA},
    Attribute{Tag{0x0008, 0x0021}, series, date, "series_date", Vr::DA},
    Attribute{Tag{0x0008, 0x0023}, instance, date, "content_date", Vr::DA},
    Attribute{Tag{0x0008, 0x0030}, study, time, "study_time", Vr::TM},
    Attribute{Tag{0x0008, 0x0031}, series, time, "series_time", Vr::TM},
    Attribute{Tag{0x0008, 0x0033}, instance, time, "content_time", Vr::TM},
    Attribute{Tag{0x0008, 0x0050}, study, text, "accession_number", Vr::SH},
    Attribute{Tag{0x0008, 0x0056}, patient, availability, "", Vr::CS},
    Attribute{Tag{0x0008, 0x0060}, series, text, "modality", Vr::CS},
    Attribute{Tag{0x0008, 0x0061}, study, modalities, "", Vr::CS},
    Attribute{Tag{0x0008, 0x0062}, study, classes, "", Vr::UI},
    Attribute{Tag{0x0008, 0x0070}, series, text, "manufacturer", Vr::LO},
    Attribute{Tag{0x0008, 0x0080}, series, text, "institution_name", Vr::LO},
    Attribute{Tag{0x0008, 0x0090}, study, name, "referring_physician_name", Vr::PN},
    Attribute{Tag{0x0008, 0x1010}, series, text, "station_name", Vr::SH},
    Attribute{Tag{0x0008, 0x1030}, study, text, "study_description", Vr::LO},
    Attribute{Tag{0x0008, 0x103E}, series, text, "series_description", Vr::LO},
    Attribute{Tag{0x0008, 0x1040}, series, text, "institutional_department_name", Vr::LO},
    Attribute{Tag{0x0008, 0x1050}, series, name, "performing_physician_name", Vr::PN},
    Attribute{Tag{0x0008, 0x1060}, study, name, "name_of_physicians_reading_study", Vr::PN},
    Attribute{Tag{0x0008, 0x1070}, series, name, "operators_name", Vr::PN},
    Attribute{Tag{0x0008, 0x1080}, study, text, "admitting_diagnoses_description", Vr::LO,
              returned_only},
    Attribute{Tag{0x0008, 0x1090}, series, text, "manufacturer_model_name", Vr::LO},
    Attribute{Tag{0x0008, 0x3002}, instance, registered, "transfer_syntax", Vr::UI, returned_only},
    Attribute{Tag{0x0010, 0x0010}, patient, name, "patient_name", Vr::PN},
    Attribute{Tag{0x0010, 0x0020}, patient, text, "patient_id", Vr::LO},
    Attribute{Tag{0x0010, 0x0021}, patient, text, "issuer_of_patient_id", Vr::LO},
    Attribute{Tag{0x0010, 0x0030}, patient, date, "patient_birth_date", Vr::DA},
    Attribute{Tag{0x0010, 0x0032}, patient, time, "patient_birth_time", Vr::TM},
    Attribute{Tag{0x0010, 0x0040}, patient, text, "patient_sex", Vr::CS},
    Attribute{Tag{0x0010, 0x1000}, patient, text, "other_patient_ids", Vr::LO, returned_only},
    Attribute{Tag{0x0010, 0x1001}, patient, text, "other_patient_names", Vr::PN, returned_only},
    Attribute{Tag{0x0010, 0x1010}, study, text, "patient_age", Vr::AS, returned_only},
    Attribute{Tag{0x0010, 0x1020}, study, text, "patient_size", Vr::DS, returned_only},
    Attribute{Tag{0x0010, 0x1030}, study, text, "patient_weight", Vr::DS, returned_only},
    Attribute{Tag{0x0010, 0x2160}, patient, text, "ethnic_group", Vr::SH, returned_only},
    Attribute{Tag{0x0010, 0x2180}, study, text, "occupation", Vr::SH, returned_only},
    Attribute{Tag{0x0010, 0x21B0}, study, text, "additional_patient_history", Vr::LT,
              returned_only},
    Attribute{Tag{0x0010, 0x4000}, patient, text, "patient_comments", Vr::LT, returned_only},
    Attribute{Tag{0x0018, 0x0015}, series, text, "body_part_examined", Vr::CS},
    Attribute{Tag{0x0018, 0x1030}, series, text, "protocol_name", Vr::LO},
    Attribute{Tag{0x0020, 0x000D}, study, uid, "study_instance_uid", Vr::UI},
    Attribute{Tag{0x0020, 0x000E}, series, uid, "series_instance_uid", Vr::UI},
    Attribute{Tag{0x0020, 0x0010}, study, text, "study_id", Vr::SH},
    Attribute{Tag{0x0020, 0x0011}, series, integer, "series_number", Vr::IS},
    Attribute{Tag{0x0020, 0x0013}, instance, integer, "instance_number", Vr::IS},
    Attribute{Tag{0x0020, 0x0052}, series, uid, "frame_of_reference_uid", Vr::UI},
    Attribute{Tag{0x0020, 0x0060}, series, text, "laterality", Vr::CS, returned_only},
    Attribute{Tag{0x0020, 0x1200}, patient, count, "studies", Vr::IS, returned_only},
    Attribute{Tag{0x0020, 0x1202}, patient, count, "series", Vr::IS, returned_only},
    Attribute{Tag{0x0020, 0x1204}, patient, count, "instances", Vr::IS, returned_only},
    Attribute{Tag{0x0020, 0x1206}, study, count, "series", Vr::IS, returned_only},
    Attribute{Tag{0x0020, 0x1208}, study, count, "instances", Vr::IS, returned_only},
    Attribute{Tag{0x0020, 0x1209}, series, count, "instances", Vr::IS, returned_only},
    Attribute{Tag{0x0028, 0x0008}, instance, integer, "number_of_frames", Vr::IS, returned_only},
    Attribute{Tag{0x0028, 0x0010}, instance, integer, "rows", Vr::US, returned_only},
    Attribute{Tag{0x0028, 0x0011}, instance, integer, "columns", Vr::US, returned_only},
    Attribute{Tag{0x0028, 0x0100}, instance, integer, "bits_allocated", Vr::US, returned_only},
    Attribute{Tag{0x0032, 0x1060}, study, text, "requested_procedure_description", Vr::LO},
    Attribute{Tag{0x0040, 0x0244}, series, date, "performed_procedure_step_start_date", Vr::DA},
    Attribute{Tag{0x0040, 0x0245}, series, time, "performed_procedure_step_start_time", Vr::TM},
    Attribute{Tag{0x0040, 0x0253}, series, text, "performed_procedure_step_id", Vr::SH},
    Attribute{Tag{0x0040, 0x0254}, series, text, "performed_procedure_step_description", Vr::LO},
    Attribute{Tag{0x0040, 0x0275}, series, requests, "", Vr::SQ},
    Attribute{Tag{0x0070, 0x0080}, instance, text, "content_label", Vr::CS},
    Attribute{Tag{0x0070, 0x0081}, instance, text, "content_description", Vr::LO, returned_only},
};
static_assert(std::ranges::is_sorted(table, {}, &Attribute::tag));

constexpr std::array request_table{
    Attribute{Tag{0x0008, 0x0050}, series, text, "accession_number", Vr::SH},
    Attribute{Tag{0x0020, 0x000D}, series, uid, "study_instance_uid", Vr::UI},
    Attribute{Tag{0x0032, 0x1060}, series, text, "requested_procedure_description", Vr::LO},
    Attribute{Tag{0x0040, 0x0007}, series, text, "scheduled_procedure_step_description", Vr::LO},
    Attribute{Tag{0x0040, 0x0009}, series, text, "scheduled_procedure_step_id", Vr::SH},
    Attribute{Tag{0x0040, 0x1001}, series, text, "requested_procedure_id", Vr::SH},
};
static_assert(std::ranges::is_sorted(request_table, {}, &Attribute::tag));

/// Comes from the object itself, and not from counting, the file's head or our own words.
bool in_header(const Attribute& attribute)
{
    return attribute.column != "transfer_syntax" && attribute.storage != count &&
           attribute.storage != modalities && attribute.storage != classes &&
           attribute.storage != availability;
}

}  // namespace

std::span<const Attribute> attributes() noexcept
{
    return table;
}

const Attribute* find_attribute(Tag tag) noexcept
{
    const auto found = std::ranges::lower_bound(table, tag, {}, &Attribute::tag);
    return found != table.end() && found->tag == tag ? &*found : nullptr;
}

std::span<const Attribute> request_attributes() noexcept
{
    return request_table;
}

std::vector<Tag> wanted_tags()
{
    std::vector<Tag> tags{dicom::tags::specific_character_set};
    for (const Attribute& attribute : table) {
        if (in_header(attribute)) {
            tags.push_back(attribute.tag);
        }
    }
    return tags;
}

}  // namespace pacs::index
