#pragma once

#include "dicom/tag.hpp"
#include "dicom/transfer_syntax.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pacs::dicom {

/// Sets one top-level attribute while converting.
struct Edit {
    Tag tag;
    std::string value;  ///< as it shall stand in the data set: in its character set, values parted
                        ///< by backslashes, numbers in decimal; empty for zero length
};

/// Throws Error(usage) unless `edit` can be made to any object: a text or number attribute of the
/// dictionary with a value its VR allows (PS3.5 6.2). Group 0002, sequences, bulk data, and what
/// the object is known by or its pixels are read by (SOP class and instance, character set, image
/// pixel description) cannot be set.
void check_edit(const Edit& edit);

struct ConvertOptions {
    std::vector<Edit> edits;
    /// Native pixels an object may unfold to; one that claims more is refused before anything is
    /// allocated for it.
    std::uint64_t decoded_bytes = 2ULL << 30U;
};

struct Converted {
    std::string data_set;        ///< the whole data set in the new transfer syntax
    bool decoded_lossy = false;  ///< what was decoded had been compressed with loss before
};

/// Whether convert() knows the way. From: native (implicit and explicit little endian, explicit big
/// endian, deflated), RLE, JPEG 50 51 57 70, JPEG-LS 80 81, JPEG 2000 90 91, HTJ2K 201 202 203. To:
/// native, RLE, JPEG lossless 57 70, JPEG-LS 80, JPEG 2000 90, and 91 encoded reversibly.
/// Never to a lossy one, never from or to video or a transfer syntax nobody knows.
bool can_convert(const TransferSyntax& from, const TransferSyntax& to) noexcept;

/// The same object in another transfer syntax, without loss: every attribute kept (VRs of implicit
/// data sets from DCMTK's dictionary, private ones as UN), native pixels bit by bit the same.
///
/// Pixels compressed with loss are decoded once, to what any receiver would see: colour becomes RGB
/// (PS3.5 8.2.1: native YBR_FULL_422 is what few receivers read), and Lossy Image Compression
/// (0028,2110) says 01 from then on (PS3.3 C.7.6.1.1.5). Lossless colour keeps its Photometric
/// Interpretation, but for JPEG 2000's YBR_RCT, which is RGB again when decoded and RGB's when
/// encoded (PS3.5 8.2.4). Colour by plane becomes colour by pixel when encoded. The SOP Instance
/// UID stays.
///
/// `data_set` passes a HeaderScanner first. Afterwards it is checked that the object has its
/// pixels, as many as Rows, Columns, Samples, Bits Allocated and Number of Frames say, and what was
/// encoded is decoded again and compared; so nothing leaves without its pixels or with others.
/// Thread-safe. Peak memory beside the input: at most three times the larger of input and native
/// pixels.
/// Throws Error(data) with the reason when the object is defective or has pixels that the new
/// transfer syntax cannot hold; Error(storage) when DCMTK's dictionary is not installed.
Converted convert(std::span<const std::byte> data_set, const TransferSyntax& from,
                  const TransferSyntax& to, const ConvertOptions& options = {});

}  // namespace pacs::dicom
