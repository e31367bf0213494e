#pragma once

#include "dicom/structure_walk.hpp"
#include "dicom/transfer_syntax.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace pacs::dicom {

/// The bytes of an object, read by position; returns how many, fewer than asked only at the end.
using ReadAt = std::function<std::size_t(std::uint64_t offset, std::span<std::byte> bytes)>;

/// A reader of what lies in memory, which must outlive it.
ReadAt read_memory(std::span<const std::byte> bytes);

/// Walks the data set that begins at `offset` and ends where `read_at` ends, inflated where
/// `syntax` says so, until its end, a defect, or `enough` after a piece. What nobody asked for is
/// passed over and never read, as far as `size`, the bytes of the whole object, covers it. What
/// cannot be inflated, or inflates beyond `limits`, becomes a defect of the walker.
/// Throws what `read_at` throws.
void walk_object(StructureWalker& walker, const ReadAt& read_at, std::uint64_t offset,
                 std::uint64_t size, const TransferSyntax& syntax, const ScanLimits& limits,
                 const std::function<bool()>& enough = {});

}  // namespace pacs::dicom
