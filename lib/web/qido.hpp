#pragma once

#include "dicom/data_set.hpp"
#include "dicom/query_level.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pacs::web {

/// A search by QIDO-RS, PS3.18 10.6.
struct Search {
    dicom::QueryLevel level = dicom::QueryLevel::study;
    dicom::DataSet identifier;  ///< keys as in C-FIND, one value each but for lists of UIDs
    bool fuzzy = false;
    std::uint64_t limit = 0;  ///< 0: none named
    std::uint64_t offset = 0;
};

/// Path and query: a study or series that has just one UID among the keys goes into the path, keys
/// with values become matches, those without are asked for (includefield), in sequences by their
/// path. Text is UTF-8, percent-encoded; a list of UIDs is parted by commas (PS3.18 8.3.4.1).
/// Throws Error(usage) at patient level, which QIDO-RS has not.
std::string search_path(const Search& search);

/// The searches that together are all of an identifier with lists: PS3.18 knows lists of UIDs only,
/// so any other attribute with several values is asked for once with each. Throws Error(usage) when
/// that takes more than 100.
std::vector<dicom::DataSet> alternatives(const dicom::DataSet& identifier);

/// What a Warning line says of answers left out (299, PS3.18 10.6.3.2) or of matching that was
/// not done as asked (fuzzy).
struct SearchWarning {
    bool more = false;
    bool not_fuzzy = false;
};
SearchWarning read_warning(const std::string& line);

}  // namespace pacs::web
