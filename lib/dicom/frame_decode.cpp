#include "dicom/frame_decode.hpp"

#include "base/error.hpp"
#include "dicom/codestream.hpp"
#include "dicom/data_set.hpp"
#include "dicom/dcmtk_data_set.hpp"
#include "dicom/element_header.hpp"
#include "dicom/transcode.hpp"
#include "dicom/uid.hpp"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdatset.h>
#include <fmt/format.h>

namespace pacs::dicom {

namespace {

constexpr std::string_view run_length = "1.2.840.10008.1.2.5";
// Two bytes of PackBits are at most 128 of pixels (PS3.5 G.3.1).
constexpr std::uint64_t most_run_length_gain = 64;
constexpr std::uint64_t run_length_header_bytes = 64;

/// The items of pixel data with one frame: no offset table, one fragment.
std::string fragments_of(std::span<const std::byte> frame)
{
    const Encoding encoding{true, false};
    std::string items;
    append_element_header(items, {tags::item}, encoding);
    const std::size_t bytes = frame.size() + frame.size() % 2;
    append_element_header(items, {tags::item, Vr::none, static_cast<std::uint32_t>(bytes)},
                          encoding);
    items.append(reinterpret_cast<const char*>(frame.data()), frame.size());
    items.append(bytes - frame.size(), '\0');
    return items;
}

/// An object of nothing but the frame, for decoders that want a data set around it.
std::string object_of(std::span<const std::byte> frame, const TransferSyntax& syntax,
                      const FrameShape& shape)
{
    const auto u16 = [](std::uint32_t number) { return static_cast<std::uint16_t>(number); };
    DataSet object;
    object.set_u16(Tag{0x0028, 0x0002}, u16(shape.samples));
    object.set_text(Tag{0x0028, 0x0004}, shape.photometric);
    if (shape.samples > 1) {
        object.set_u16(Tag{0x0028, 0x0006}, shape.planar ? 1 : 0);
    }
    object.set_u16(Tag{0x0028, 0x0010}, u16(shape.rows));
    object.set_u16(Tag{0x0028, 0x0011}, u16(shape.columns));
    object.set_u16(Tag{0x0028, 0x0100}, u16(shape.bits_allocated));
    object.set_u16(Tag{0x0028, 0x0101}, u16(shape.bits_stored));
    object.set_u16(Tag{0x0028, 0x0102}, u16(shape.bits_stored == 0 ? 0 : shape.bits_stored - 1));
    object.set_u16(Tag{0x0028, 0x0103}, shape.is_signed ? 1 : 0);
    Element pixels{tags::pixel_data, Vr::OB, fragments_of(frame)};
    pixels.fragments = true;
    object.put(std::move(pixels));
    return encode(object, syntax);
}

}  // namespace

bool can_decode_frames(const TransferSyntax& syntax) noexcept
{
    static const TransferSyntax native{uids::explicit_le};
    return syntax.encapsulated() && can_convert(syntax, native);
}

bool is_reversible(std::span<const std::byte> frame, const TransferSyntax& syntax)
{
    if (syntax.uid() == run_length) {
        return true;
    }
    const auto header = inspect_codestream(frame);
    if (!header) {
        throw Error(ErrorKind::data, "reading a frame: no codestream header");
    }
    return header->reversible;
}

std::string decode_frame(std::span<const std::byte> frame, const TransferSyntax& syntax,
                         const FrameShape& shape)
{
    if (!can_decode_frames(syntax)) {
        throw Error(ErrorKind::data,
                    fmt::format("decoding a frame: no decoder for {}", syntax.uid()));
    }
    if (frame.size() >= undefined_length - 1 ||
        (syntax.uid() == run_length &&
         shape.frame_bytes() / most_run_length_gain > frame.size() + run_length_header_bytes)) {
        throw Error(ErrorKind::data, fmt::format("decoding a frame: {} bytes cannot hold {}",
                                                 frame.size(), shape.frame_bytes()));
    }
    const std::string object = object_of(frame, syntax, shape);
    const auto data_set = dcmtk::load(std::as_bytes(std::span{object}), syntax);
    dcmtk::decode_pixels(*data_set, syntax, shape.frame_bytes());
    dcmtk::interleave_planes(*data_set);
    const auto pixels = dcmtk::native_pixels(*data_set);
    return {reinterpret_cast<const char*>(pixels.data()), pixels.size()};
}

}  // namespace pacs::dicom
