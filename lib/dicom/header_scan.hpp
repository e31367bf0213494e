#pragma once

#include "dicom/data_set.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pacs::dicom {

/// What a scan refuses to exceed. An object beyond them is a defect, not a crash.
struct ScanLimits {
    unsigned depth = 64;                         ///< nested sequences
    std::uint64_t elements = 10'000'000;         ///< in all, delimiters included
    std::size_t value_bytes = 64U << 10U;        ///< of one wanted value; a longer one is left out
    std::uint64_t inflated_bytes = 4ULL << 30U;  ///< of a deflated data set
    std::uint64_t inflate_ratio = 1100;          ///< beyond what DEFLATE can reach is a lie
};

/// Walks a data set whose bytes come in pieces of any size, keeps the wanted top-level elements and
/// proves the structure: every length inside its parent, depth, delimiters, fragments, the end
/// where it should be. Iterative, no allocation for each element, constant memory; it never looks
/// back.
///
/// The rule of the house: only what a HeaderScanner passed, without readers_may_differ(), may be
/// given to DCMTK.
///
/// Sins without harm are tolerated: tags out of order, repeated tags (the first counts), odd
/// lengths, unknown VRs, delimiters with a length, or behind a defined length, and zeros behind the
/// end.
class HeaderScanner {
public:
    /// `wanted` are top-level tags, in any order; values of bulk VRs (OB, OW, UN and their kind)
    /// are never kept. A UN whose tag the dictionary knows is kept under that VR. A sequence (SQ)
    /// is kept with its items when its bytes are not more than ScanLimits::value_bytes.
    HeaderScanner(const TransferSyntax& syntax, std::vector<Tag> wanted,
                  const ScanLimits& limits = {});
    ~HeaderScanner();
    HeaderScanner(HeaderScanner&&) noexcept;
    HeaderScanner& operator=(HeaderScanner&&) noexcept;

    /// Takes the next bytes. After a defect it ignores all further ones. Returns false once there
    /// is one.
    bool feed(std::span<const std::byte> bytes);
    /// True when no wanted element can follow any more (the tags have passed the last one). From
    /// then on header() does not change, so that who stops here and who reads on see the same.
    bool header_complete() const noexcept;
    /// True when tags out of order (PS3.5 7.1 wants them ascending) brought a wanted element after
    /// header_complete(); header() is without it.
    bool late_elements() const noexcept;
    /// No more bytes follow: finds truncation. Returns false when there is a defect.
    bool finish();

    /// Empty when none; else one line in lower case with tag and offset: "(0008,1140) at 1234:
    /// ...".
    const std::string& defect() const noexcept;
    /// True when the defect is nesting deeper than the limit.
    bool too_deep() const noexcept;
    /// True when other readers may see another structure: a private value in implicit VR starts
    /// like a sequence but is none (readers that know its private dictionary stumble there), or
    /// explicit VR has two small letters for a VR. Store it, send it as it is, but let no other
    /// parser near it.
    bool readers_may_differ() const noexcept;
    const DataSet& header() const noexcept;  ///< the wanted elements seen so far
    std::uint64_t offset() const noexcept;   ///< bytes consumed (inflated ones for deflated)
    /// Top-level Pixel Data (Float and Double Float too) was seen: an object that had pixels must
    /// never leave without them.
    bool has_pixel_data() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pacs::dicom
