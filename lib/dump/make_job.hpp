#pragma once

#include "base/json_line.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pacs::dump {

/// DICOM JSON to objects.
struct MakeOptions {
    std::vector<std::string> sources;    ///< files of JSON; "-" or none at all is standard_input
    std::string output = "-";            ///< as open_output() has it
    std::vector<std::string> bulk_from;  ///< folders that references may point into
    std::string transfer_syntax;         ///< UID or its keyword, of objects that do not say
    unsigned threads = 0;                ///< 0: one a core
    int standard_input = 0;
    int standard_output = 1;
};

/// What became of one object.
struct Making {
    JsonLine record;        ///< type `instance`
    std::string complaint;  ///< for people; empty when it went well
    std::uint64_t bytes = 0;
};

struct MakeCounts {
    std::uint64_t made = 0;
    std::uint64_t failed = 0;
    std::uint64_t malformed = 0;  ///< of the failed ones: no DICOM JSON at all
};

/// Makes objects of all the JSON in `options.sources`, and tells of each in order, by one thread at
/// a time. A file that cannot be read, an object that cannot be made, and one whose place is taken
/// fail each for itself. When the reader of standard output goes away, StopFlag is raised.
/// Throws Error(usage) for a folder of bulk_from that is none and for "-" named twice,
/// Error(storage) when the output cannot be written.
MakeCounts make_all(const MakeOptions& options,
                    const std::function<void(const Making&, bool more)>& tell);

}  // namespace pacs::dump
