#pragma once

#include "dicom/frame_shape.hpp"
#include "dicom/transfer_syntax.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace pacs::dicom {

/// Whether decode_frame() knows the way: RLE, JPEG 50 51 57 70, JPEG-LS 80 81, JPEG 2000 90 91,
/// HTJ2K 201 202 203.
bool can_decode_frames(const TransferSyntax& syntax) noexcept;

/// Whether decoding gives back exactly what was encoded, as the headers of the frame itself say: a
/// transfer syntax that allows loss (JPEG-LS 81, JPEG 2000 91) may have had none.
/// Throws Error(data) when it has no header that tells.
bool is_reversible(std::span<const std::byte> frame, const TransferSyntax& syntax);

/// One compressed frame, all fragments of it joined, as native pixels: little endian, colour by
/// pixel, `shape.frame_bytes()` long. What was coded without loss keeps its Photometric
/// Interpretation, but for YBR_RCT and YBR_ICT of JPEG 2000, which come out as RGB.
///
/// Of `shape` the number of frames is not looked at. The headers of the frame are compared with it
/// before anything is allocated that large. Thread-safe. Peak memory beside the input: three times
/// the larger of input and native frame.
/// Throws Error(data) when the frame is damaged or is not what `shape` says; Error(storage) when
/// DCMTK's dictionary is not installed.
std::string decode_frame(std::span<const std::byte> frame, const TransferSyntax& syntax,
                         const FrameShape& shape);

}  // namespace pacs::dicom
