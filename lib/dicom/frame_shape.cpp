#include "dicom/frame_shape.hpp"

#include "dicom/data_set.hpp"

#include <limits>

namespace pacs::dicom {

bool FrameShape::sane() const noexcept
{
    constexpr std::uint32_t most_bits = 64;
    if (rows == 0 || columns == 0 || rows > 0xFFFF || columns > 0xFFFF || samples == 0 ||
        samples > 4 || bits_allocated == 0 || bits_allocated > most_bits || frames == 0) {
        return false;
    }
    const std::uint64_t frame_bits = pixels() * samples * bits_allocated;  // at most 2^40
    return frames <= (std::numeric_limits<std::uint64_t>::max() - 7) / frame_bits;
}

FrameShape shape_of(const DataSet& data_set)
{
    const auto number = [&data_set](Tag tag, std::uint16_t absent) -> std::uint32_t {
        return data_set.u16(tag).value_or(absent);
    };
    FrameShape shape;
    shape.samples = number(Tag{0x0028, 0x0002}, 1);
    shape.photometric = data_set.text(Tag{0x0028, 0x0004});
    shape.planar = number(Tag{0x0028, 0x0006}, 0) == 1 && shape.samples > 1;
    if (const auto frames = data_set.integer(Tag{0x0028, 0x0008}); frames && *frames > 1) {
        shape.frames = static_cast<std::uint64_t>(*frames);
    }
    shape.rows = number(Tag{0x0028, 0x0010}, 0);
    shape.columns = number(Tag{0x0028, 0x0011}, 0);
    shape.bits_allocated = number(Tag{0x0028, 0x0100}, 0);
    shape.bits_stored = number(Tag{0x0028, 0x0101}, 0);
    shape.is_signed = number(Tag{0x0028, 0x0103}, 0) == 1;
    return shape;
}

}  // namespace pacs::dicom
