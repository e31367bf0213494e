#pragma once

#include "base/json_line.hpp"
#include "dicom/data_set.hpp"
#include "dicom/digests.hpp"
#include "dicom/tag.hpp"
#include "index/files.hpp"
#include "index/record.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pacs::scan {

/// What was found in one file or member of a tar file.
struct Finding {
    Outcome outcome = Outcome::ok;
    std::string reason;     ///< a word of pacs-records(5); empty: ok
    std::string message;    ///< for people
    bool object = false;    ///< an instance with its four UIDs: `record` holds, and `header`
    bool fallback = false;  ///< our scanner gave up, DCMTK read the header
    bool repaired = false;  ///< without preamble or meta header
    index::InstanceRecord record;
    std::string syntax;      ///< UID of the transfer syntax
    std::string members;     ///< of its record: the attributes, as JSON parted by commas
    std::string dicom_json;  ///< the same as DICOM JSON, when that was asked for
    std::vector<std::pair<dicom::Tag, std::string>> extras;  ///< of --add, UTF-8
    index::FileFacts facts;
    std::uint64_t size = 0;
    dicom::Digests digests;
    /// Files that a DICOMDIR names and that are not there.
    std::vector<std::string> missing;
};

}  // namespace pacs::scan
