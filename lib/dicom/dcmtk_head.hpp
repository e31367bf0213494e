#pragma once

#include "dicom/data_set.hpp"
#include "dicom/tag.hpp"
#include "dicom/transfer_syntax.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace pacs::dicom {

/// The most bytes that read_head_with_dcmtk() looks at.
inline constexpr std::size_t dcmtk_head_bytes = std::size_t{64} << 10U;

/// Reads the wanted top-level elements from the first bytes of a data set with DCMTK, which
/// forgives other sins than a HeaderScanner does: the fallback where that one gave up. Elements in
/// front of what DCMTK cannot read either are kept. Nothing needs to have passed a HeaderScanner:
/// nesting that would exhaust the stack does not fit into so few bytes, as the reading is done in a
/// thread with a large one, and values that claim to be longer than 16 KiB are never allocated.
/// Deflated data sets give nothing.
///
/// Throws Error(storage) when there is no dictionary, or no thread to be had.
DataSet read_head_with_dcmtk(std::span<const std::byte> bytes, const TransferSyntax& syntax,
                             const std::vector<Tag>& wanted);

}  // namespace pacs::dicom
