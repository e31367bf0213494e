#pragma once

#include "dicom/data_set.hpp"
#include "index/values.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pacs::index {

/// Everything the index keeps of one instance; text is UTF-8.
struct InstanceRecord {
    std::string study_uid;
    std::string series_uid;
    std::string instance_uid;
    std::string class_uid;
    std::string transfer_syntax_uid;
    /// Values of index::attributes() that are not empty, trimmed and converted; dates as YYYYMMDD,
    /// numbers in plain decimal. One that cannot be read as its VR is left out.
    Values values;
    /// Items of Request Attributes Sequence.
    std::vector<Values> requests;

    /// What the values of patient and study, and of the series, say, as one number each: records
    /// that say the same have the same ones.
    std::int64_t study_said = 0;
    std::int64_t series_said = 0;

    std::string shard;       ///< storage::shard_of(study_uid), for the view's path; empty: a scan's
    std::string sha256;      ///< of the whole file, lower-case hex; empty: not known
    std::uint64_t size = 0;  ///< of the whole file, bytes
    std::int64_t received_ms = 0;  ///< Unix time; for people, nothing is decided by it
    std::string source;            ///< calling AE title
};

/// Takes the attributes from a header (wanted_tags() at least); the fields after `requests` and the
/// transfer syntax stay empty. Text is converted by the header's Specific Character Set; bytes that
/// it cannot convert become U+FFFD. Values far longer than their VR allows are cut (1,024 bytes;
/// comments 10,240), so that a hostile object cannot swell the index.
InstanceRecord record_of(const dicom::DataSet& header);

}  // namespace pacs::index
