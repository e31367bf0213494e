#pragma once

#include "dicom/frame_shape.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace pacs::dicom {

/// JPEG 2000 (and HTJ2K, decoding only) frames through OpenJPEG; PS3.5 A.4.4 and 8.2.4.

/// Decodes one codestream (bare, or in a JP2 box file as some vendors wrote it) into native bytes,
/// little endian, colour by pixel, `shape.frame_bytes()` long. A multiple component transform of
/// the codestream is undone, so RCT and ICT come out as RGB.
/// Throws Error(data) when it is damaged or cut, or its size, components or precision are not what
/// `shape` says; nothing is allocated before they were compared.
std::string decode_jpeg2000(std::span<const std::byte> codestream, const FrameShape& shape);

/// Encodes one native frame (little endian, colour by pixel) reversibly. Three samples of `RGB`
/// take the reversible colour transform when `colour_transform`: the frame is then YBR_RCT.
/// Throws Error(data) for more than 16 bits a sample.
std::string encode_jpeg2000(std::span<const std::byte> frame, const FrameShape& shape,
                            bool colour_transform);

}  // namespace pacs::dicom
