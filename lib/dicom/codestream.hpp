#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pacs::dicom {

/// What the headers of a compressed frame say, read without decoding it.
struct Codestream {
    std::uint32_t rows = 0;  ///< 0 in JPEG: given later in the stream
    std::uint32_t columns = 0;
    std::uint32_t components = 0;
    std::uint32_t precision = 0;
    bool reversible = false;  ///< decodes to exactly what was encoded
};

/// Reads the frame header of JPEG (ITU-T T.81 B.2.2, lossless is SOF3), JPEG-LS (T.87 C.2, lossless
/// is NEAR 0) and JPEG 2000 (T.800 Annex A, reversible is the 5-3 wavelet); a JP2 box file is
/// looked through. nullopt when it is none of them or cut before the answer.
std::optional<Codestream> inspect_codestream(std::span<const std::byte> bytes) noexcept;

}  // namespace pacs::dicom
