#pragma once

#include "dicom/query_level.hpp"
#include "dicom/tag.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::index {

/// The number under which the keys of a name attribute stand in the table name_key. The patient's
/// name is kept twice: for the patient and, as each study has it, for the study.
int name_kind(dicom::Tag tag, dicom::QueryLevel table);

/// The keys of a person name (UTF-8): each component group and each word of it, folded (case,
/// accents, width), without delimiters at its ends, each once.
std::vector<std::string> name_keys(std::string_view name);

/// One condition on the keys that every name fulfils which a query key could match: the candidates,
/// of which dicom::matches() then judges.
struct NameCondition {
    enum class Kind : std::uint8_t { equal, prefix, contains };
    Kind kind = Kind::contains;
    std::string text;  ///< folded
};
/// From the value of a key, with * and ? when `wildcards`.
NameCondition name_condition(std::string_view value, bool wildcards, bool fuzzy);

}  // namespace pacs::index
