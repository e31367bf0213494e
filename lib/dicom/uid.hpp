#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// PS3.5 9.1: digits and dots, at most 64 characters, no empty component. Components with leading
/// zeros, a sin of several vendors, are tolerated. Nothing else ever becomes part of a path.
bool is_valid_uid(std::string_view uid) noexcept;

/// A new UID under 2.25 (a random UUID, PS3.5 B.2).
std::string generate_uid();

/// Names of the registry, PS3.6 Annex A ("CT Image Storage"); empty when unknown.
std::string_view uid_name(std::string_view uid) noexcept;
/// Keywords of the registry ("CTImageStorage"); empty when unknown.
std::string_view uid_keyword(std::string_view uid) noexcept;
/// The UID that the registry has under a keyword, in any case; what is none comes back as it is.
std::string_view uid_of(std::string_view keyword) noexcept;
/// True when the registry has `uid` as retired; false when it does not know it.
bool uid_retired(std::string_view uid) noexcept;
/// The SOP classes and meta SOP classes of the registry, retired ones too, but for the DICOMDIR,
/// which no service knows; sorted as text. The views live as long as the program.
std::vector<std::string_view> sop_classes();
/// True when the registry (PS3.4 B.5) knows `uid` as a storage SOP class.
bool is_storage_class(std::string_view uid) noexcept;
/// All of the registry: SOP classes, transfer syntaxes and the rest, ascending as text.
std::vector<std::string_view> registered_uids();

namespace uids {
inline constexpr std::string_view verification = "1.2.840.10008.1.1";
inline constexpr std::string_view storage_commitment = "1.2.840.10008.1.20.1";
inline constexpr std::string_view storage_commitment_instance = "1.2.840.10008.1.20.1.1";
inline constexpr std::string_view application_context = "1.2.840.10008.3.1.1.1";
inline constexpr std::string_view implicit_le = "1.2.840.10008.1.2";
inline constexpr std::string_view explicit_le = "1.2.840.10008.1.2.1";
inline constexpr std::string_view explicit_be = "1.2.840.10008.1.2.2";
inline constexpr std::string_view deflated_le = "1.2.840.10008.1.2.1.99";
inline constexpr std::string_view patient_root_find = "1.2.840.10008.5.1.4.1.2.1.1";
inline constexpr std::string_view patient_root_move = "1.2.840.10008.5.1.4.1.2.1.2";
inline constexpr std::string_view patient_root_get = "1.2.840.10008.5.1.4.1.2.1.3";
inline constexpr std::string_view study_root_find = "1.2.840.10008.5.1.4.1.2.2.1";
inline constexpr std::string_view study_root_move = "1.2.840.10008.5.1.4.1.2.2.2";
inline constexpr std::string_view study_root_get = "1.2.840.10008.5.1.4.1.2.2.3";
}  // namespace uids

/// Who wrote a file or opened an association, PS3.7 D.3.3.2.
inline constexpr std::string_view implementation_class_uid =
    "2.25.196117418462518837925418471095621346781";
inline constexpr std::string_view implementation_version_name = "PACS_UTILS";

}  // namespace pacs::dicom
