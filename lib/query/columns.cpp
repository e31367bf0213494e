#include "query/columns.hpp"

namespace pacs::query {

std::vector<Column> answer_columns(dicom::QueryLevel level)
{
    using enum dicom::QueryLevel;
    const Column outcome{"outcome", "OUTCOME", 7};
    switch (level) {
    case patient:
        return {outcome,
                {"PatientName", "NAME", 24},
                {"PatientBirthDate", "BORN", 8},
                {"PatientSex", "SEX", 3},
                {"NumberOfPatientRelatedStudies", "STUDIES", 7, true},
                {"PatientID", "PATIENT ID"}};
    case study:
        return {outcome,
                {"StudyDate", "DATE", 8},
                {"ModalitiesInStudy", "MODALITY", 8},
                {"PatientID", "PATIENT ID", 16},
                {"PatientName", "NAME", 24},
                {"AccessionNumber", "ACCESSION", 16},
                {"StudyDescription", "DESCRIPTION", 24},
                {"NumberOfStudyRelatedInstances", "OBJECTS", 7, true},
                {"StudyInstanceUID", "STUDY"}};
    case series:
        return {outcome,
                {"Modality", "MODALITY", 8},
                {"SeriesNumber", "NUMBER", 6, true},
                {"SeriesDescription", "DESCRIPTION", 24},
                {"NumberOfSeriesRelatedInstances", "OBJECTS", 7, true},
                {"SeriesInstanceUID", "SERIES"}};
    case instance:
        return {outcome,
                {"InstanceNumber", "NUMBER", 6, true},
                {"SOPClassUID", "CLASS", 30},
                {"SOPInstanceUID", "INSTANCE"}};
    }
    return {outcome};
}

}  // namespace pacs::query
