#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pacs::dicom {

class DataSet;

/// What the Image Pixel module says of the pixels, PS3.3 C.7.6.3.
struct FrameShape {
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;
    std::uint32_t samples = 1;         ///< Samples per Pixel
    std::uint32_t bits_allocated = 0;  ///< 8, 16, 32 (1 for bitmaps)
    std::uint32_t bits_stored = 0;
    bool is_signed = false;        ///< Pixel Representation 1
    bool planar = false;           ///< Planar Configuration 1: colour by plane
    std::uint64_t frames = 1;      ///< Number of Frames, 1 when absent
    std::string photometric = {};  ///< Photometric Interpretation
    bool operator==(const FrameShape&) const = default;

    std::uint64_t pixels() const noexcept { return std::uint64_t{rows} * columns; }
    /// Bytes of one native frame with whole bytes a sample; 0 when bits_allocated is not such.
    std::uint64_t frame_bytes() const noexcept
    {
        return bits_allocated % 8 == 0 ? pixels() * samples * (bits_allocated / 8) : 0;
    }
    /// Bytes of all native frames, without the padding byte; bitmaps are packed over frame borders
    /// (PS3.5 8.2). Cannot overflow for values that fit their attributes.
    std::uint64_t total_bytes() const noexcept
    {
        return (pixels() * samples * frames * bits_allocated + 7) / 8;
    }
    /// There is at least one pixel of one to four samples, and all frames in bytes fit 64 bits.
    bool sane() const noexcept;
};

/// The shape that the attributes of a data set, or of an item with an icon, describe.
FrameShape shape_of(const DataSet& data_set);

}  // namespace pacs::dicom
