#pragma once

#include "dicom/frame_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

class DcmPixelData;
class DcmPixelSequence;
class OFCondition;

/// Encapsulated pixel data, PS3.5 A.4, for dcmtk_pixels.cpp only. All throw Error(data) for what
/// does not fit together.
namespace pacs::dicom::dcmtk {

/// Throws Error(data, "DOING: what DCMTK says") unless it went well.
void require(const OFCondition& condition, const char* doing);

/// The encapsulated representation, or nullptr when the pixels are native.
DcmPixelSequence* sequence_of(DcmPixelData& pixels);

/// One item of the sequence; 0 is the Basic Offset Table. Valid until the sequence changes.
std::span<const std::byte> fragment_bytes(DcmPixelSequence& sequence, unsigned long index);

/// Where each frame's fragments start (PS3.5 A.4): one fragment a frame, one frame in all, or what
/// the Basic Offset Table says.
std::vector<unsigned long> frame_starts(DcmPixelSequence& sequence, std::uint64_t frames);

/// A frame from all its fragments; `starts` are those of frame_starts().
std::string frame_bytes(DcmPixelSequence& sequence, const std::vector<unsigned long>& starts,
                        std::size_t frame);

/// Compares the header of each frame with the data set, so that a decoder is never asked to fill a
/// frame it has not enough for. Returns whether all frames are reversible.
bool check_frames(DcmPixelSequence& sequence, const FrameShape& shape, bool whole_frames);

}  // namespace pacs::dicom::dcmtk
