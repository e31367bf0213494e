#pragma once

#include "dicom/frame_shape.hpp"
#include "dicom/transfer_syntax.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

class DcmDataset;
class DcmItem;

/// DCMTK behind functions of ours, for transcode.cpp and frame_decode.cpp only: conditions become
/// Error(data), its log is silent, its codecs are registered once.
namespace pacs::dicom::dcmtk {

struct Deleter {
    void operator()(DcmDataset* data_set) const noexcept;
};
using DataSetHandle = std::unique_ptr<DcmDataset, Deleter>;

/// Silences the log, registers codecs, looks for the dictionary. Called by load().
/// Throws Error(storage) when there is no dictionary.
void set_up();

/// Parses bytes that a HeaderScanner passed; all values are copied.
DataSetHandle load(std::span<const std::byte> bytes, const TransferSyntax& syntax);

/// The bytes of the data set; the pixels must already be in the representation of `syntax`.
std::string save(DcmDataset& data_set, const TransferSyntax& syntax);

FrameShape shape_of(DcmItem& item);
bool has_pixels(DcmItem& item);  ///< top-level Pixel Data (7FE0,0010)

/// Makes all pixel data native, those of icons too; true when some were compressed with loss.
/// At most `limit_bytes` for each pixel data.
bool decode_pixels(DcmDataset& data_set, const TransferSyntax& from, std::uint64_t limit_bytes);

/// Native pixels colour by pixel, Planar Configuration 0.
void interleave_planes(DcmDataset& data_set);

/// Encodes the top-level pixel data, which are native and colour by pixel.
void encode_pixels(DcmDataset& data_set, const TransferSyntax& to);

/// The native pixels of a little-endian machine; valid until the data set changes.
/// Throws Error(data) when they are fewer than `shape_of` says.
std::span<const std::byte> native_pixels(DcmDataset& data_set);

}  // namespace pacs::dicom::dcmtk
