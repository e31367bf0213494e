#pragma once

#include "dicom/tag.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pacs::dicom {

/// The levels of the Query/Retrieve hierarchy, PS3.4 C.6, topmost first. Ordered: a < b says that a
/// stands above b.
enum class QueryLevel : std::uint8_t { patient, study, series, instance };

/// The information models: Patient Root (PS3.4 C.6.1) starts at the patient, Study Root (C.6.2) at
/// the study, whose level then holds the attributes of the patient too.
enum class QueryRoot : std::uint8_t { patient, study };

/// The value of Query/Retrieve Level (0008,0052): PATIENT, STUDY, SERIES, IMAGE.
std::string_view level_value(QueryLevel level) noexcept;
/// The same in our words and records: patient, study, series, instance.
std::string_view level_name(QueryLevel level) noexcept;
/// Reads a Query/Retrieve Level, trimmed, exactly as the standard spells it; nullopt otherwise.
std::optional<QueryLevel> parse_level_value(std::string_view value) noexcept;
/// Reads one of our words ("image" is taken for "instance"); nullopt otherwise.
std::optional<QueryLevel> parse_level_name(std::string_view name) noexcept;

/// The unique key of a level, PS3.4 C.6.1.1: Patient ID, Study, Series, SOP Instance UID.
Tag unique_key(QueryLevel level) noexcept;

/// The level an attribute belongs to, for the attributes that PS3.4 C.6.1.1 names and the usual
/// ones beside them; nullopt for any other (private, of no level, unknown). Patient attributes
/// answer `patient`, whichever root is asked.
std::optional<QueryLevel> level_of(Tag tag) noexcept;

/// Whether keys of `level` may be asked at all under `root` (no patient level under Study Root).
constexpr bool has_level(QueryRoot root, QueryLevel level) noexcept
{
    return root == QueryRoot::patient || level != QueryLevel::patient;
}
/// The topmost level of a root.
constexpr QueryLevel top_level(QueryRoot root) noexcept
{
    return root == QueryRoot::patient ? QueryLevel::patient : QueryLevel::study;
}

/// The SOP class of C-FIND under a root, PS3.4 C.6.1.3 and C.6.2.3.
std::string_view find_class(QueryRoot root) noexcept;
std::string_view move_class(QueryRoot root) noexcept;  ///< the same of C-MOVE
std::string_view get_class(QueryRoot root) noexcept;   ///< the same of C-GET

}  // namespace pacs::dicom
