#pragma once

#include "dicom/query_level.hpp"
#include "query/question.hpp"
#include "stream/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::moving {

/// What one C-MOVE asks for: a study, a series, or instances of one series.
struct Unit {
    dicom::QueryLevel level = dicom::QueryLevel::study;
    std::string patient_id;  ///< UTF-8; named only under Patient Root
    std::string study;
    std::string series;                  ///< from series level on
    std::vector<std::string> instances;  ///< of instance level: all that are asked for
    /// How many instances the source says there are; nullopt: it does not.
    std::optional<std::uint64_t> expected;
    std::vector<stream::Member> members;  ///< of the record it was found with
};

/// The unit that an answer of the source names (a record of type study, series or instance);
/// nullopt for any other record, and where a UID that is needed is none.
std::optional<Unit> read_unit(const stream::Record& record);

/// The same for the same unit, and only for it: what an earlier run did is known by it.
std::string key_of(const Unit& unit);
/// The UIDs of a record's member, one or a list of them.
std::vector<std::string> uids_of(const stream::Record& record, std::string_view name);

/// The question that names the unit and nothing else: the identifier of its C-MOVE, PS3.4
/// C.4.2.1.4. Throws Error(usage) when Patient Root needs a Patient ID and there is none.
query::Question question_of(const Unit& unit, bool patient_root);

}  // namespace pacs::moving
