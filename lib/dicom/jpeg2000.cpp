#include "dicom/jpeg2000.hpp"

#include "base/error.hpp"
#include "dicom/codestream.hpp"

#include <fmt/format.h>
#include <openjpeg.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

namespace pacs::dicom {

namespace {

struct CodecDeleter {
    void operator()(opj_codec_t* codec) const noexcept { opj_destroy_codec(codec); }
};
struct StreamDeleter {
    void operator()(opj_stream_t* stream) const noexcept { opj_stream_destroy(stream); }
};
struct ImageDeleter {
    void operator()(opj_image_t* image) const noexcept { opj_image_destroy(image); }
};
using Codec = std::unique_ptr<opj_codec_t, CodecDeleter>;
using Stream = std::unique_ptr<opj_stream_t, StreamDeleter>;
using Image = std::unique_ptr<opj_image_t, ImageDeleter>;

[[noreturn]] void fail(const char* doing, const std::string& reason)
{
    throw Error(ErrorKind::data, fmt::format("{} JPEG 2000: {}", doing, reason));
}

/// The bytes OpenJPEG reads from, or writes to, through its callbacks.
struct Memory {
    std::span<const std::byte> in;
    std::string out;
    std::size_t at = 0;
};

OPJ_SIZE_T read_bytes(void* buffer, OPJ_SIZE_T count, void* user)
{
    auto& memory = *static_cast<Memory*>(user);
    const std::size_t take = std::min(count, memory.in.size() - memory.at);
    if (take == 0) {
        return static_cast<OPJ_SIZE_T>(-1);
    }
    std::memcpy(buffer, memory.in.data() + memory.at, take);
    memory.at += take;
    return take;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void* user)
{
    auto& memory = *static_cast<Memory*>(user);
    if (count < 0 || std::cmp_greater(count, memory.in.size() - memory.at)) {
        return -1;
    }
    memory.at += static_cast<std::size_t>(count);
    return count;
}

OPJ_BOOL seek_input(OPJ_OFF_T at, void* user)
{
    auto& memory = *static_cast<Memory*>(user);
    if (at < 0 || std::cmp_greater(at, memory.in.size())) {
        return OPJ_FALSE;
    }
    memory.at = static_cast<std::size_t>(at);
    return OPJ_TRUE;
}

OPJ_SIZE_T write_bytes(void* buffer, OPJ_SIZE_T count, void* user)
{
    auto& memory = *static_cast<Memory*>(user);
    memory.out.resize(std::max(memory.out.size(), memory.at + count));
    std::memcpy(memory.out.data() + memory.at, buffer, count);
    memory.at += count;
    return count;
}

OPJ_OFF_T skip_output(OPJ_OFF_T count, void* user)
{
    auto& memory = *static_cast<Memory*>(user);
    memory.at += static_cast<std::size_t>(count);
    return count;
}

OPJ_BOOL seek_output(OPJ_OFF_T at, void* user)
{
    static_cast<Memory*>(user)->at = static_cast<std::size_t>(at);
    return OPJ_TRUE;
}

Stream open_stream(Memory& memory, bool input)
{
    Stream stream{opj_stream_default_create(input ? OPJ_TRUE : OPJ_FALSE)};
    if (!stream) {
        fail("opening", "out of memory");
    }
    opj_stream_set_user_data(stream.get(), &memory, nullptr);
    opj_stream_set_user_data_length(stream.get(), memory.in.size());
    opj_stream_set_read_function(stream.get(), read_bytes);
    opj_stream_set_write_function(stream.get(), write_bytes);
    opj_stream_set_skip_function(stream.get(), input ? skip_bytes : skip_output);
    opj_stream_set_seek_function(stream.get(), input ? seek_input : seek_output);
    return stream;
}

void keep_message(const char* text, void* into)
{
    auto& message = *static_cast<std::string*>(into);
    message = text;
    while (!message.empty() && (message.back() == '\n' || message.back() == '.')) {
        message.pop_back();
    }
}

void check_header(std::span<const std::byte> codestream, const FrameShape& shape)
{
    const auto header = inspect_codestream(codestream);
    if (!header) {
        fail("decoding", "no codestream header");
    }
    if (header->rows != shape.rows || header->columns != shape.columns ||
        header->components != shape.samples || header->precision > shape.bits_allocated) {
        fail("decoding",
             fmt::format("frame is {}x{}x{} of {} bits, the data set says {}x{}x{} of {}",
                         header->columns, header->rows, header->components, header->precision,
                         shape.columns, shape.rows, shape.samples, shape.bits_allocated));
    }
}

Image decode_image(std::span<const std::byte> codestream)
{
    const bool boxed = codestream[0] != std::byte{0xFF};
    Memory memory{codestream, {}, 0};
    const Stream stream = open_stream(memory, true);
    const Codec codec{opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K)};
    std::string message = "damaged or cut";
    opj_set_error_handler(codec.get(), keep_message, &message);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    // Palettes and channel definitions of a JP2 box are none of DICOM's (PS3.5 8.2.4).
    parameters.flags |= OPJ_DPARAMETERS_IGNORE_PCLR_CMAP_CDEF_FLAG;
    opj_image_t* raw = nullptr;
    if (opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE ||
        opj_read_header(stream.get(), codec.get(), &raw) == OPJ_FALSE) {
        opj_image_destroy(raw);
        fail("decoding", message);
    }
    Image image{raw};
    if (opj_decode(codec.get(), stream.get(), image.get()) == OPJ_FALSE ||
        opj_end_decompress(codec.get(), stream.get()) == OPJ_FALSE) {
        fail("decoding", message);
    }
    return image;
}

void check_component(const opj_image_comp_t& component, const FrameShape& shape)
{
    if (component.data == nullptr || component.w != shape.columns || component.h != shape.rows) {
        fail("decoding", "components of different sizes are not supported");
    }
    if (component.prec > shape.bits_allocated) {
        fail("decoding", "more bits than Bits Allocated");
    }
}

template <typename Sample>
void interleave(const opj_image_t& image, std::string& out)
{
    const std::size_t samples = image.numcomps;
    for (std::size_t c = 0; c < samples; ++c) {
        const opj_image_comp_t& component = image.comps[c];
        const std::size_t count = std::size_t{component.w} * component.h;
        for (std::size_t i = 0; i < count; ++i) {
            const auto value = static_cast<Sample>(component.data[i]);
            std::memcpy(out.data() + (i * samples + c) * sizeof(Sample), &value, sizeof(Sample));
        }
    }
}

template <typename Sample>
std::int32_t sample_at(std::span<const std::byte> frame, std::size_t index) noexcept
{
    Sample value;
    std::memcpy(&value, frame.data() + index * sizeof(Sample), sizeof(Sample));
    return value;
}

std::int32_t sample_at(std::span<const std::byte> frame, std::size_t index,
                       const FrameShape& shape) noexcept
{
    if (shape.bits_allocated == 8) {
        return shape.is_signed ? sample_at<std::int8_t>(frame, index)
                               : sample_at<std::uint8_t>(frame, index);
    }
    return shape.is_signed ? sample_at<std::int16_t>(frame, index)
                           : sample_at<std::uint16_t>(frame, index);
}

/// Bits Stored, when every sample fits; Bits Allocated when something lies in the bits above
/// (overlays of old objects), which must survive too.
std::uint32_t precision_of(std::span<const std::byte> frame, const FrameShape& shape)
{
    if (shape.bits_stored == 0 || shape.bits_stored >= shape.bits_allocated) {
        return shape.bits_allocated;
    }
    const unsigned magnitude = shape.bits_stored - (shape.is_signed ? 1 : 0);
    const std::int32_t high = (std::int32_t{1} << magnitude) - 1;
    const std::int32_t low = shape.is_signed ? -high - 1 : 0;
    const std::size_t count = shape.pixels() * shape.samples;
    for (std::size_t i = 0; i < count; ++i) {
        const std::int32_t value = sample_at(frame, i, shape);
        if (value < low || value > high) {
            return shape.bits_allocated;
        }
    }
    return shape.bits_stored;
}

Image make_image(std::span<const std::byte> frame, const FrameShape& shape)
{
    opj_image_cmptparm_t parameter{};
    parameter.dx = parameter.dy = 1;
    parameter.w = shape.columns;
    parameter.h = shape.rows;
    parameter.prec = precision_of(frame, shape);
    parameter.sgnd = shape.is_signed ? 1 : 0;
    std::array<opj_image_cmptparm_t, 4> parameters;
    parameters.fill(parameter);
    Image image{opj_image_create(shape.samples, parameters.data(),
                                 shape.samples == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY)};
    if (!image) {
        fail("encoding", "out of memory");
    }
    image->x1 = shape.columns;
    image->y1 = shape.rows;
    const std::size_t count = shape.pixels();
    for (std::uint32_t c = 0; c < shape.samples; ++c) {
        for (std::size_t i = 0; i < count; ++i) {
            image->comps[c].data[i] = sample_at(frame, i * shape.samples + c, shape);
        }
    }
    return image;
}

opj_cparameters_t reversible_parameters(const FrameShape& shape, bool colour_transform)
{
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.irreversible = 0;
    parameters.tcp_numlayers = 1;
    parameters.tcp_rates[0] = 0;
    parameters.cp_disto_alloc = 1;
    parameters.tcp_mct = colour_transform ? 1 : 0;
    const std::uint32_t side = std::min(shape.rows, shape.columns);
    parameters.numresolution = std::clamp(static_cast<int>(std::bit_width(side)), 1, 6);
    return parameters;
}

}  // namespace

std::string decode_jpeg2000(std::span<const std::byte> codestream, const FrameShape& shape)
{
    check_header(codestream, shape);
    const Image image = decode_image(codestream);
    if (image->numcomps != shape.samples) {
        fail("decoding", "wrong number of components");
    }
    for (std::uint32_t c = 0; c < image->numcomps; ++c) {
        check_component(image->comps[c], shape);
    }
    std::string out(shape.frame_bytes(), '\0');
    switch (shape.bits_allocated) {
    case 8: interleave<std::uint8_t>(*image, out); break;
    case 16: interleave<std::uint16_t>(*image, out); break;
    case 32: interleave<std::uint32_t>(*image, out); break;
    default: fail("decoding", fmt::format("{} bits allocated", shape.bits_allocated));
    }
    return out;
}

std::string encode_jpeg2000(std::span<const std::byte> frame, const FrameShape& shape,
                            bool colour_transform)
{
    if ((shape.bits_allocated != 8 && shape.bits_allocated != 16) || shape.samples == 0 ||
        shape.samples > 4 || shape.pixels() == 0 || frame.size() != shape.frame_bytes()) {
        fail("encoding", fmt::format("{} samples of {} bits are not supported", shape.samples,
                                     shape.bits_allocated));
    }
    const Image image = make_image(frame, shape);
    opj_cparameters_t parameters = reversible_parameters(shape, colour_transform);
    Memory memory;
    std::string message = "encoder failed";
    const Codec codec{opj_create_compress(OPJ_CODEC_J2K)};
    opj_set_error_handler(codec.get(), keep_message, &message);
    {
        const Stream stream = open_stream(memory, false);
        if (opj_setup_encoder(codec.get(), &parameters, image.get()) == OPJ_FALSE ||
            opj_start_compress(codec.get(), image.get(), stream.get()) == OPJ_FALSE ||
            opj_encode(codec.get(), stream.get()) == OPJ_FALSE ||
            opj_end_compress(codec.get(), stream.get()) == OPJ_FALSE) {
            fail("encoding", message);
        }
    }
    return std::move(memory.out);
}

}  // namespace pacs::dicom
