#pragma once

#include "base/json_line.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/walk_object.hpp"

#include <cstdint>
#include <string>

namespace pacs::dicom {

/// Which digests of an object are asked for.
struct WantedDigests {
    bool file = false;     ///< SHA-256 of its bytes
    bool content = false;  ///< of what it says, however it is encoded: content_digest()

    bool any() const noexcept { return file || content; }
};

/// Digests of an object, in hex; empty: not asked for, or there is none.
struct Digests {
    std::string sha256 = {};
    std::string content_sha256 = {};
    /// What is to be known of content_sha256, or why there is none: ContentDigest::note().
    std::string content_note = {};

    /// Whether the content digest is known, or that there is none.
    bool has_content() const noexcept { return !content_sha256.empty() || !content_note.empty(); }
    /// Adds the members sha256, content_sha256 and content_note, those that are there.
    void write(JsonLine& line) const;
};

/// Reads an object of `size` bytes whose data set begins at `data_offset`, once for each digest.
/// Throws what `read_at` throws, Error(limit) once StopFlag is raised, and as content_digest().
Digests compute_digests(const ReadAt& read_at, std::uint64_t size, std::uint64_t data_offset,
                        const TransferSyntax& syntax, const WantedDigests& wanted);

}  // namespace pacs::dicom
