#include "dicom/query_level.hpp"

#include "dicom/uid.hpp"

#include <algorithm>
#include <array>

namespace pacs::dicom {

namespace {

struct Membership {
    std::uint32_t tag;
    QueryLevel level;
};
using enum QueryLevel;

/// PS3.4 tables C.6-1 to C.6-4, and the attributes of the modules that belong to the same entity
/// (PS3.3 A.1). Ascending by tag.
constexpr std::array memberships{
    Membership{0x00080008, instance},  // ImageType
    Membership{0x00080012, instance},  // InstanceCreationDate
    Membership{0x00080013, instance},  // InstanceCreationTime
    Membership{0x00080016, instance},  // SOPClassUID
    Membership{0x00080018, instance},  // SOPInstanceUID
    Membership{0x0008001A, instance},  // RelatedGeneralSOPClassUID
    Membership{0x00080020, study},     // StudyDate
    Membership{0x00080021, series},    // SeriesDate
    Membership{0x00080022, instance},  // AcquisitionDate
    Membership{0x00080023, instance},  // ContentDate
    Membership{0x0008002A, instance},  // AcquisitionDateTime
    Membership{0x00080030, study},     // StudyTime
    Membership{0x00080031, series},    // SeriesTime
    Membership{0x00080032, instance},  // AcquisitionTime
    Membership{0x00080033, instance},  // ContentTime
    Membership{0x00080050, study},     // AccessionNumber
    Membership{0x00080051, study},     // IssuerOfAccessionNumberSequence
    Membership{0x00080060, series},    // Modality
    Membership{0x00080061, study},     // ModalitiesInStudy
    Membership{0x00080062, study},     // SOPClassesInStudy
    Membership{0x00080063, study},     // AnatomicRegionsInStudyCodeSequence
    Membership{0x00080070, series},    // Manufacturer
    Membership{0x00080080, series},    // InstitutionName
    Membership{0x00080081, series},    // InstitutionAddress
    Membership{0x00080090, study},     // ReferringPhysicianName
    Membership{0x0008009C, study},     // ConsultingPhysicianName
    Membership{0x00081010, series},    // StationName
    Membership{0x00081030, study},     // StudyDescription
    Membership{0x00081032, study},     // ProcedureCodeSequence
    Membership{0x0008103E, series},    // SeriesDescription
    Membership{0x0008103F, series},    // SeriesDescriptionCodeSequence
    Membership{0x00081040, series},    // InstitutionalDepartmentName
    Membership{0x00081048, study},     // PhysiciansOfRecord
    Membership{0x00081050, series},    // PerformingPhysicianName
    Membership{0x00081060, study},     // NameOfPhysiciansReadingStudy
    Membership{0x00081070, series},    // OperatorsName
    Membership{0x00081080, study},     // AdmittingDiagnosesDescription
    Membership{0x00081090, series},    // ManufacturerModelName
    Membership{0x00081110, study},     // ReferencedStudySequence
    Membership{0x00081111, series},    // ReferencedPerformedProcedureStepSequence
    Membership{0x00081115, instance},  // ReferencedSeriesSequence
    Membership{0x00081120, patient},   // ReferencedPatientSequence
    Membership{0x00083002, instance},  // AvailableTransferSyntaxUID
    Membership{0x00100010, patient},   // PatientName
    Membership{0x00100020, patient},   // PatientID
    Membership{0x00100021, patient},   // IssuerOfPatientID
    Membership{0x00100022, patient},   // TypeOfPatientID
    Membership{0x00100024, patient},   // IssuerOfPatientIDQualifiersSequence
    Membership{0x00100030, patient},   // PatientBirthDate
    Membership{0x00100032, patient},   // PatientBirthTime
    Membership{0x00100040, patient},   // PatientSex
    Membership{0x00100200, patient},   // QualityControlSubject
    Membership{0x00101000, patient},   // OtherPatientIDs
    Membership{0x00101001, patient},   // OtherPatientNames
    Membership{0x00101002, patient},   // OtherPatientIDsSequence
    Membership{0x00101005, patient},   // PatientBirthName
    Membership{0x00101010, study},     // PatientAge
    Membership{0x00101020, study},     // PatientSize
    Membership{0x00101030, study},     // PatientWeight
    Membership{0x00101060, patient},   // PatientMotherBirthName
    Membership{0x00102000, study},     // MedicalAlerts
    Membership{0x00102110, study},     // Allergies
    Membership{0x00102160, patient},   // EthnicGroup
    Membership{0x00102180, study},     // Occupation
    Membership{0x001021A0, study},     // SmokingStatus
    Membership{0x001021B0, study},     // AdditionalPatientHistory
    Membership{0x001021C0, study},     // PregnancyStatus
    Membership{0x001021D0, study},     // LastMenstrualDate
    Membership{0x00102201, patient},   // PatientSpeciesDescription
    Membership{0x00102203, study},     // PatientSexNeutered
    Membership{0x00102292, patient},   // PatientBreedDescription
    Membership{0x00102297, patient},   // ResponsiblePerson
    Membership{0x00102299, patient},   // ResponsibleOrganization
    Membership{0x00104000, patient},   // PatientComments
    Membership{0x00120062, patient},   // PatientIdentityRemoved
    Membership{0x00120063, patient},   // DeidentificationMethod
    Membership{0x00180015, series},    // BodyPartExamined
    Membership{0x00180050, instance},  // SliceThickness
    Membership{0x00181000, series},    // DeviceSerialNumber
    Membership{0x00181020, series},    // SoftwareVersions
    Membership{0x00181030, series},    // ProtocolName
    Membership{0x00185100, series},    // PatientPosition
    Membership{0x0020000D, study},     // StudyInstanceUID
    Membership{0x0020000E, series},    // SeriesInstanceUID
    Membership{0x00200010, study},     // StudyID
    Membership{0x00200011, series},    // SeriesNumber
    Membership{0x00200012, instance},  // AcquisitionNumber
    Membership{0x00200013, instance},  // InstanceNumber
    Membership{0x00200032, instance},  // ImagePositionPatient
    Membership{0x00200037, instance},  // ImageOrientationPatient
    Membership{0x00200052, series},    // FrameOfReferenceUID
    Membership{0x00200060, series},    // Laterality
    Membership{0x00201040, series},    // PositionReferenceIndicator
    Membership{0x00201041, instance},  // SliceLocation
    Membership{0x00201070, study},     // OtherStudyNumbers
    Membership{0x00201200, patient},   // NumberOfPatientRelatedStudies
    Membership{0x00201202, patient},   // NumberOfPatientRelatedSeries
    Membership{0x00201204, patient},   // NumberOfPatientRelatedInstances
    Membership{0x00201206, study},     // NumberOfStudyRelatedSeries
    Membership{0x00201208, study},     // NumberOfStudyRelatedInstances
    Membership{0x00201209, series},    // NumberOfSeriesRelatedInstances
    Membership{0x00204000, instance},  // ImageComments
    Membership{0x00280002, instance},  // SamplesPerPixel
    Membership{0x00280004, instance},  // PhotometricInterpretation
    Membership{0x00280008, instance},  // NumberOfFrames
    Membership{0x00280010, instance},  // Rows
    Membership{0x00280011, instance},  // Columns
    Membership{0x00280030, instance},  // PixelSpacing
    Membership{0x00280100, instance},  // BitsAllocated
    Membership{0x00280101, instance},  // BitsStored
    Membership{0x00281050, instance},  // WindowCenter
    Membership{0x00281051, instance},  // WindowWidth
    Membership{0x0032000A, study},     // StudyStatusID
    Membership{0x0032000C, study},     // StudyPriorityID
    Membership{0x00321030, study},     // ReasonForStudy
    Membership{0x00321032, study},     // RequestingPhysician
    Membership{0x00321033, study},     // RequestingService
    Membership{0x00321060, study},     // RequestedProcedureDescription
    Membership{0x00380010, study},     // AdmissionID
    Membership{0x00400244, series},    // PerformedProcedureStepStartDate
    Membership{0x00400245, series},    // PerformedProcedureStepStartTime
    Membership{0x00400250, series},    // PerformedProcedureStepEndDate
    Membership{0x00400251, series},    // PerformedProcedureStepEndTime
    Membership{0x00400253, series},    // PerformedProcedureStepID
    Membership{0x00400254, series},    // PerformedProcedureStepDescription
    Membership{0x00400260, series},    // PerformedProtocolCodeSequence
    Membership{0x00400275, series},    // RequestAttributesSequence
    Membership{0x0040A030, instance},  // VerificationDateTime
    Membership{0x0040A043, instance},  // ConceptNameCodeSequence
    Membership{0x0040A168, instance},  // ConceptCodeSequence
    Membership{0x0040A370, instance},  // ReferencedRequestSequence
    Membership{0x0040A491, instance},  // CompletionFlag
    Membership{0x0040A493, instance},  // VerificationFlag
    Membership{0x0040A504, instance},  // ContentTemplateSequence
    Membership{0x00420010, instance},  // DocumentTitle
    Membership{0x00700080, instance},  // ContentLabel
    Membership{0x00700081, instance},  // ContentDescription
    Membership{0x00700082, instance},  // PresentationCreationDate
    Membership{0x00700083, instance},  // PresentationCreationTime
    Membership{0x00700084, instance},  // ContentCreatorName
};
static_assert(std::ranges::is_sorted(memberships, {}, &Membership::tag));

struct Words {
    std::string_view value;
    std::string_view name;
};
constexpr std::array<Words, 4> words{
    Words{"PATIENT", "patient"},
    Words{"STUDY", "study"},
    Words{"SERIES", "series"},
    Words{"IMAGE", "instance"},
};
constexpr std::array levels{patient, study, series, instance};

const Words& words_of(QueryLevel level) noexcept
{
    return words.at(static_cast<std::size_t>(level));
}

}  // namespace

std::string_view level_value(QueryLevel level) noexcept
{
    return words_of(level).value;
}

std::string_view level_name(QueryLevel level) noexcept
{
    return words_of(level).name;
}

std::optional<QueryLevel> parse_level_value(std::string_view value) noexcept
{
    const auto found = std::ranges::find(levels, value, level_value);
    return found == levels.end() ? std::nullopt : std::optional{*found};
}

std::optional<QueryLevel> parse_level_name(std::string_view name) noexcept
{
    const auto found = std::ranges::find(levels, name == "image" ? "instance" : name, level_name);
    return found == levels.end() ? std::nullopt : std::optional{*found};
}

Tag unique_key(QueryLevel level) noexcept
{
    constexpr std::array keys{tags::patient_id, tags::study_instance_uid, tags::series_instance_uid,
                              tags::sop_instance_uid};
    return keys.at(static_cast<std::size_t>(level));
}

std::optional<QueryLevel> level_of(Tag tag) noexcept
{
    const auto found = std::ranges::lower_bound(memberships, tag.value, {}, &Membership::tag);
    return found != memberships.end() && found->tag == tag.value ? std::optional{found->level}
                                                                 : std::nullopt;
}

std::string_view find_class(QueryRoot root) noexcept
{
    return root == QueryRoot::patient ? uids::patient_root_find : uids::study_root_find;
}

std::string_view move_class(QueryRoot root) noexcept
{
    return root == QueryRoot::patient ? uids::patient_root_move : uids::study_root_move;
}

std::string_view get_class(QueryRoot root) noexcept
{
    return root == QueryRoot::patient ? uids::patient_root_get : uids::study_root_get;
}

}  // namespace pacs::dicom
