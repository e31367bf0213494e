#pragma once

#include "dump/element_sink.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace pacs::dump {

/// The reference PS3.18 F.2.6 calls BulkDataURI, for bytes that lie in a file:
/// `file:///srv/a%20b.dcm?offset=1234&length=524288` (RFC 8089, with a query that dcm4che and
/// others understand too). The path is absolute, and every byte but letters, digits and -._~/ is
/// percent-encoded.
std::string bulk_uri(const std::filesystem::path& file, const ByteRange& range);

/// What a reference points at.
struct BulkPlace {
    std::filesystem::path file;  ///< absolute
    ByteRange range;             ///< length 0: to the end of the file
};
/// Reads a reference as bulk_uri() writes it, or one without query for a whole file; nullopt for
/// anything else: other schemes, hosts, relative paths, broken escapes or numbers.
std::optional<BulkPlace> parse_bulk_uri(std::string_view uri);

}  // namespace pacs::dump
