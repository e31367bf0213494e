#pragma once

#include "base/column.hpp"
#include "base/json_line.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace pacs::scan {

using RecordSink = std::function<void(const JsonLine&)>;

struct SurveyCounters {
    bool counted = false;            ///< the list is one of findings
    std::uint64_t found = 0;         ///< duplicates or conflicts
    std::uint64_t found_bytes = 0;   ///< of the duplicates
    std::uint64_t not_compared = 0;  ///< pairs of one size whose content nobody has compared

    void write(JsonLine& summary) const;
};

/// The index file that `word` names: itself, or that of the archive in the folder `word`.
std::filesystem::path index_of(const std::filesystem::path& word);

/// What pacs-index lists of the index that `word` names: "duplicates", a record of that type for
/// each file whose instance another file holds with the same content, as far as is known;
/// "conflicts", one for an instance with two contents, a study with two patients, a series in two
/// studies, and of an archive for what lies in conflicts/; "stats", one of type `totals` and one of
/// type `share` for each value of some attributes. Ends early when StopFlag is raised. Throws
/// Error(storage).
void survey(const std::string& what, const std::filesystem::path& word, SurveyCounters& counters,
            const RecordSink& sink);

/// What a person at a terminal wants to see of it; of "scan" too.
std::vector<Column> survey_columns(const std::string& what);

}  // namespace pacs::scan
