#pragma once

#include "base/column.hpp"
#include "base/json_line.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace pacs::scan {

/// Takes a record; false ends the survey.
using RecordSink = std::function<bool(const JsonLine&)>;

struct SurveyCounters {
    std::uint64_t found = 0;         ///< duplicates or conflicts
    std::uint64_t found_bytes = 0;   ///< of the duplicates
    std::uint64_t not_compared = 0;  ///< pairs of one size whose content nobody has compared

    void write(JsonLine& summary) const;
};

/// The index file that `word` names: itself, or that of the archive in the folder `word`.
std::filesystem::path index_of(const std::filesystem::path& word);

/// A record of type `duplicate` for each file whose instance another file holds with the same
/// content, as far as is known. All of these throw Error(storage).
void list_duplicates(const std::filesystem::path& word, SurveyCounters& counters,
                     const RecordSink& sink);
/// A record of type `conflict` for one instance with two contents, one study with two patients, one
/// series in two studies; of an archive also for what lies in conflicts/.
void list_conflicts(const std::filesystem::path& word, SurveyCounters& counters,
                    const RecordSink& sink);
/// A record of type `totals`, and one of type `share` for each value of some attributes.
void list_statistics(const std::filesystem::path& word, const RecordSink& sink);

/// What a person at a terminal wants to see of files, and of shares.
std::vector<Column> file_columns();
std::vector<Column> share_columns();

}  // namespace pacs::scan
