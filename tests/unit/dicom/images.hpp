#pragma once

#include "dicom/data_set.hpp"
#include "dicom/uid.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Small images of every kind that a lossless encoding must bring back.
namespace pacs::dicom::imaging {

inline constexpr Tag rows_tag{0x0028, 0x0010};
inline constexpr Tag photometric_tag{0x0028, 0x0004};
inline constexpr Tag planar_tag{0x0028, 0x0006};

inline const TransferSyntax explicit_le{uids::explicit_le};
inline const TransferSyntax implicit_le{uids::implicit_le};
inline const std::vector<std::string> native_syntaxes{
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"};
inline const std::vector<std::string> compressed_syntaxes{
    "1.2.840.10008.1.2.5",    "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"};

inline std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

struct Image {
    std::uint16_t rows = 17;  // odd on purpose: padding, and blocks that are not full
    std::uint16_t columns = 23;
    std::uint16_t samples = 1;
    std::uint16_t allocated = 16;
    std::uint16_t stored = 12;
    bool is_signed = false;
    bool planar = false;
    unsigned frames = 1;
    std::string photometric = "MONOCHROME2";
};

/// Gradients with noise, every value within Bits Stored and sign-extended.
inline std::string pixels_of(const Image& image)
{
    const std::size_t count =
        std::size_t{image.rows} * image.columns * image.samples * image.frames;
    std::string out;
    std::uint32_t state = 7;
    for (std::size_t i = 0; i < count; ++i) {
        state = state * 1664525U + 1013904223U;
        const std::uint32_t value = (static_cast<std::uint32_t>(i) * 5 + (state >> 28U));
        std::uint32_t kept = value & ((1U << image.stored) - 1);
        if (image.is_signed && (kept >> (image.stored - 1U)) != 0) {
            kept |= ~((1U << image.stored) - 1);
        }
        out.append(reinterpret_cast<const char*>(&kept), image.allocated / 8);
    }
    out.resize((out.size() + 1) / 2 * 2);
    return out;
}

inline DataSet header_of(const Image& image)
{
    DataSet data;
    data.set_text(tags::sop_class_uid, "1.2.840.10008.5.1.4.1.1.7");
    data.set_text(tags::sop_instance_uid, "2.25.1");
    data.set_text(tags::patient_id, "TEST-1");
    data.set_text(tags::study_instance_uid, "2.25.2");
    data.set_text(tags::series_instance_uid, "2.25.3");
    data.set_u16(Tag{0x0028, 0x0002}, image.samples);
    data.set_text(photometric_tag, image.photometric);
    if (image.samples > 1) {
        data.set_u16(planar_tag, image.planar ? 1 : 0);
    }
    if (image.frames > 1) {
        data.set_text(Tag{0x0028, 0x0008}, std::to_string(image.frames));
    }
    data.set_u16(rows_tag, image.rows);
    data.set_u16(Tag{0x0028, 0x0011}, image.columns);
    data.set_u16(Tag{0x0028, 0x0100}, image.allocated);
    data.set_u16(Tag{0x0028, 0x0101}, image.stored);
    data.set_u16(Tag{0x0028, 0x0102}, static_cast<std::uint16_t>(image.stored - 1));
    data.set_u16(Tag{0x0028, 0x0103}, image.is_signed ? 1 : 0);
    return data;
}

inline std::string object_of(const Image& image)
{
    DataSet data = header_of(image);
    data.put({tags::pixel_data, image.allocated > 8 ? Vr::OW : Vr::OB, pixels_of(image)});
    return encode(data, explicit_le);
}

inline const std::vector<Image> images{
    Image{},
    Image{.allocated = 8, .stored = 8},
    Image{.allocated = 16, .stored = 16},
    Image{.stored = 12, .is_signed = true},
    Image{.stored = 16, .is_signed = true},
    Image{.frames = 5},
    Image{.allocated = 8, .stored = 8, .frames = 4},
    Image{.samples = 3, .allocated = 8, .stored = 8, .photometric = "RGB"},
    Image{.samples = 3, .allocated = 8, .stored = 8, .frames = 3, .photometric = "RGB"},
    Image{.samples = 3, .allocated = 8, .stored = 8, .photometric = "YBR_FULL"},
    Image{.allocated = 8, .stored = 8, .photometric = "PALETTE COLOR"},
    Image{.rows = 1, .columns = 1, .allocated = 8, .stored = 8},
    Image{.allocated = 8, .stored = 8, .photometric = "MONOCHROME1"},
};

}  // namespace pacs::dicom::imaging
