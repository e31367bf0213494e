#pragma once

#include "base/json_line.hpp"
#include "dicom/digests.hpp"
#include "dump/selection.hpp"
#include "stream/source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pacs::dump {

/// What an object is turned into.
enum class Shape : std::uint8_t {
    record,      ///< a flat record
    dicom_json,  ///< the DICOM JSON Model, PS3.18 Annex F
    path,        ///< a line an element
    table,       ///< a row an element
};

struct DumpOptions {
    Shape shape = Shape::record;
    Selection selection;
    std::uint64_t bulk_threshold = 1024;  ///< ReadOptions::bulk_threshold
    bool meta = false;        ///< the File Meta Information too (paths and tables have it anyway)
    bool name_files = false;  ///< paths start with the name of the file
    dicom::WantedDigests digests;  ///< for the records
};

/// What became of one item of a source.
struct Dumped {
    JsonLine record;             ///< type `instance`; with the attributes in Shape::record
    std::string text;            ///< of Shape::dicom_json and Shape::path, without last newline
    std::vector<JsonLine> rows;  ///< of Shape::table
    /// "name: what is wrong" for people, where the record is not seen; empty when nothing is.
    std::string complaint;
    std::uint64_t bytes = 0;  ///< of the object
    bool foreign = false;     ///< failed because it is no DICOM, or damaged
};

/// Dumps the object of an item. A file that is no DICOM is skipped when it was found on the way,
/// and failed when it was named; of a damaged object all that could be read is there, in DICOM JSON
/// nothing. Text that could not be converted makes the outcome a warning (`character_set`) that
/// lists the attributes in `undecoded`. Never throws for what an item is.
Dumped dump(stream::Item& item, const DumpOptions& options);

/// Bytes that a result holds on to, about.
std::size_t cost(const Dumped& dumped) noexcept;

}  // namespace pacs::dump
