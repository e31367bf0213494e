#pragma once

#include "archive/ingest.hpp"
#include "archive/stream_digest.hpp"
#include "dicom/header_scan.hpp"
#include "index/record.hpp"
#include "storage/incoming_file.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace pacs::archive {

/// One instance between finish() and its answer. Owned by the thread that works on it.
struct IngestJob {
    Announcement announcement;
    std::function<void(const StoreResult&)> done;

    std::optional<dicom::HeaderScanner> scanner;
    std::vector<std::byte> rest;                ///< the bytes not yet written to the file
    std::optional<StreamDigest> digest;         ///< of those that are; none when rest is all
    std::optional<storage::IncomingFile> file;  ///< none before something was written

    index::InstanceRecord record;
    StoreResult result;
    bool decided = false;  ///< refused before it came: the result stands
    bool resumed = false;  ///< had to wait for another one, or to look again

    /// What the committer has to do. `none`: the result stands.
    enum class Change : std::uint8_t { none, insert, replace };
    Change change = Change::none;
    bool met = false;  ///< the index was asked before: insert() cannot find it taken
};

using IngestJobPtr = std::unique_ptr<IngestJob>;

}  // namespace pacs::archive
