#pragma once

#include "dicom/content_value.hpp"
#include "dicom/frame_shape.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/walk_object.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// Pixel data in canonical form.
struct PixelContent {
    ContentElement element;
    /// Why compressed pixels were not decoded: they lost something when they were compressed, or
    /// there is no way to (`reason`).
    enum class Kept : std::uint8_t { no, lossy, undecodable };
    Kept kept = Kept::no;
    std::string reason;
    bool rgb = false;  ///< decoding undid a colour transform: the pixels are RGB now
    std::vector<Sha256Value> frames = {};  ///< digests of each, when asked for and kind is `pixels`
};

/// How much may still be decoded of an object, and of a frame.
struct PixelBudget {
    std::uint64_t decoded_bytes = 0;
    std::uint64_t frame_bytes = 0;
};

/// Native pixel data that come in pieces, numbers in little endian.
class NativePixels {
public:
    /// `length` is that of the value. Colour by plane becomes colour by pixel, a frame at a time,
    /// where one is not larger than `budget` allows. `frames`: digests of each, too.
    NativePixels(const FrameShape& shape, std::uint64_t length, const PixelBudget& budget,
                 bool frames);

    void add(std::span<const std::byte> bytes);
    /// Of kind `bytes` when the value is not as long as `shape` says.
    PixelContent finish(Tag tag);

private:
    void add_to_frame(std::span<const std::byte> bytes);
    void end_frame();

    FrameShape shape_;
    std::uint64_t left_ = 0;  ///< bytes without padding
    bool fits_ = false;
    bool frames_ = false;
    bool interleaves_ = false;
    ContentValue value_;
    Sha256 frame_digest_;
    std::uint64_t in_frame_ = 0;
    std::string frame_;  ///< by plane, as far as it is there
    PixelContent content_;
};

/// Where encapsulated pixel data lie: from the item of the Basic Offset Table to the delimiter.
struct FragmentRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// Reads encapsulated pixel data and decodes them frame by frame. Never throws for what they are;
/// throws what `read_at` throws, and Error(storage) when DCMTK's dictionary is not installed.
PixelContent encapsulated_pixels(Tag tag, const ReadAt& read_at, const FragmentRange& range,
                                 const TransferSyntax& syntax, const FrameShape& shape,
                                 std::string_view extended_offsets, PixelBudget& budget,
                                 bool frames);

}  // namespace pacs::dicom
