#pragma once

#include "base/column.hpp"
#include "base/json_line.hpp"
#include "dicom/content_digest.hpp"
#include "dump/selection.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pacs::dump {

/// What a comparison of two objects came by; for the summary.
struct DiffResult {
    std::uint64_t differences = 0;  ///< told
    std::uint64_t ignored = 0;
    dicom::ContentDigest left;
    dicom::ContentDigest right;

    void write(JsonLine& summary) const;
};

/// Compares what two objects say, however they are encoded (dicom::content_digest()), and tells of
/// each place where they differ with a record of type `difference`, but for those of `ignored`.
/// `left` and `right` are words of a source with one object each: a file, or "-". Without anything
/// ignored there is no difference exactly when the content digests are equal.
///
/// Throws Error(usage) for a word with several objects, Error(data) for one with none, or with a
/// damaged one, Error(storage) for what cannot be read.
DiffResult diff(const std::string& left, const std::string& right, const Selection& ignored,
                const std::function<void(const JsonLine&)>& tell);

/// What a table shows of such records.
std::vector<Column> diff_columns();

}  // namespace pacs::dump
