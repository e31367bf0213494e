#pragma once

#include "dicom/tag.hpp"
#include "dicom/vr.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// One row of the data dictionary, PS3.6 (edition in lib/dicom/tables/README.md).
struct DictionaryEntry {
    Tag tag;
    std::string_view keyword;  ///< "PatientName"
    Vr vr = Vr::none;          ///< the first one where PS3.6 allows several
    std::string_view vm;       ///< "1", "1-n"
    bool retired = false;
};

/// Constant tables, sorted at build time and free of pointers: no start-up cost, no memory,
/// thread-safe. Command elements (PS3.7 Annex E) are in them too. Repeating groups (50xx, 60xx) are
/// found by any of their tags, by keyword as their first. nullopt: not in the dictionary.
std::optional<DictionaryEntry> find_tag(Tag tag) noexcept;
std::optional<DictionaryEntry> find_keyword(std::string_view keyword) noexcept;
/// All that begin so, in any case ("studyi"), by keyword.
std::vector<DictionaryEntry> find_keywords(std::string_view beginning);

/// The VR of a tag: the dictionary's, UL for group lengths, LO for private creators, else UN.
Vr vr_of(Tag tag) noexcept;
/// The keyword, or the eight hex digits when the dictionary has none.
std::string name_of(Tag tag);

/// Reads "PatientName", "0010,0010", "(0010,0010)" or "00100010"; nullopt for anything else.
std::optional<Tag> parse_tag(std::string_view text) noexcept;

}  // namespace pacs::dicom
