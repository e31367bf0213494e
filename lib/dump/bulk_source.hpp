#pragma once

#include "dump/bulk_uri.hpp"
#include "stream/content.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::dump {

/// The bytes a reference points at: a file, and which part of it.
struct BulkBytes {
    stream::Content content;
    ByteRange range;
};

/// Follows references of DICOM JSON into folders that were named for it, and nowhere else. Safe in
/// several threads.
class BulkSource {
public:
    BulkSource() = default;  ///< follows none
    /// Throws Error(usage) for what is no folder.
    explicit BulkSource(const std::vector<std::string>& folders);

    /// Opens what `uri` points at: a regular file that lies, links resolved, beneath one of the
    /// folders, and has the bytes. Throws Error(refused) when it lies elsewhere or is no file URI,
    /// Error(storage) when it cannot be read or is too short.
    BulkBytes open(std::string_view uri) const;

private:
    std::vector<std::filesystem::path> folders_;  ///< links resolved
};

}  // namespace pacs::dump
