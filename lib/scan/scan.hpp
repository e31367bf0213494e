#pragma once

#include "base/json_line.hpp"
#include "dicom/digests.hpp"
#include "dicom/tag.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::scan {

struct ScanOptions {
    std::vector<std::string> paths = {};  ///< files, folders, archives, tar files, DICOMDIRs, "-"
    int standard_input = 0;
    unsigned threads = 0;  ///< that read files; 0: one a core, up to four while they wait for disks
    dicom::WantedDigests digests = {};  ///< of each object
    std::vector<dicom::Tag> add = {};   ///< attributes beside those of the index
    std::string index = {};             ///< its path; empty: none
    bool forget = false;  ///< remove from the index also what is on a disk that is not mounted now
    bool dicom_json = false;  ///< records as DICOM JSON
    /// Hears of each record, one thread; `json` is the object as DICOM JSON when that was asked
    /// for, else empty.
    std::function<void(const JsonLine& record, std::string_view json)> on_record = {};
    /// No more records are ready: those that there were shall go out.
    std::function<void()> on_pause = {};
    /// Hears of progress: files that are done, and their bytes.
    std::function<void(std::uint64_t files, std::uint64_t bytes)> on_progress = {};
};

/// What a scan did; for the summary.
struct ScanCounters {
    std::uint64_t files = 0;    ///< files and tar members looked at
    std::uint64_t objects = 0;  ///< of these, instances
    std::uint64_t bytes = 0;    ///< sizes of the objects
    std::uint64_t added = 0;    ///< to the index, anew
    std::uint64_t changed = 0;
    std::uint64_t unchanged = 0;  ///< not read again
    std::uint64_t removed = 0;
    std::uint64_t copies = 0;     ///< objects whose instance another file holds too
    std::uint64_t fallbacks = 0;  ///< read by DCMTK

    bool indexed = false;  ///< the scan keeps an index

    void write(JsonLine& summary) const;
};

/// Makes words ("PatientName", "0010,0010") the tags that a scan adds. Throws Error(usage) for an
/// unknown one and for what is never kept: groups 0000 and 0002, bulk data, pixels.
std::vector<dicom::Tag> added_tags(const std::vector<std::string>& words);

/// Looks at all files that `options.paths` name, in all threads at once, and tells of them in the
/// order of the walk; memory does not grow with their number. With an index, its rows and the
/// records agree: records come when their rows are committed, in groups of some thousand or every
/// half second; what is in them when it is stopped is consistent, and the next scan goes on from
/// there. `counters` follow the run.
///
/// Throws Error(storage) of the index, Error(locked) when another scan writes it, Error(data) when
/// standard input is nothing that is known.
void scan(const ScanOptions& options, ScanCounters& counters);

}  // namespace pacs::scan
