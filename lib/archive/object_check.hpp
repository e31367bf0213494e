#pragma once

#include "archive/ingest.hpp"
#include "dicom/header_scan.hpp"
#include "index/record.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace pacs::archive {

/// Why an object is refused, as it is answered.
struct Objection {
    net::Status status;
    std::string comment;
    std::string detail;
};

/// Judges an object by its scan, which must be finished: structure, UIDs, and (when there is one)
/// the announcement. nullopt: it may be stored.
std::optional<Objection> objection_to(const dicom::HeaderScanner& scanner,
                                      const Announcement* announcement);

/// A file read from start to end.
struct CheckedFile {
    /// Complete but for the source; received_ms is the file's time of modification. Empty when
    /// there is an objection.
    index::InstanceRecord record;
    std::optional<Objection> objection;
    std::string sha256;  ///< of the whole file, hex
    std::uint64_t size = 0;
};

/// Reads and checks a Part 10 file; what is no DICOM file is an objection too. Memory is bounded.
/// Throws Error(storage) when it cannot be read.
CheckedFile check_file(const std::filesystem::path& path);

/// Calls `take` for the bytes of a file in pieces, from `offset` on, until it returns false.
void read_pieces(const std::filesystem::path& path, std::uint64_t offset,
                 const std::function<bool(std::span<const std::byte>)>& take);

/// Both files hold the same bytes. Throws Error(storage).
bool same_bytes(const std::filesystem::path& a, const std::filesystem::path& b);
/// Both files hold the same data set in the same transfer syntax, whatever stands before it. A file
/// that is no DICOM file has none.
bool same_data_set(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace pacs::archive
