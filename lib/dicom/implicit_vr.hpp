#pragma once

#include "dicom/tag.hpp"
#include "dicom/vr.hpp"

namespace pacs::dicom {

/// The VR of an element in implicit VR where PS3.6 leaves a choice, PS3.5 Annex A.1: SS instead of
/// US when the pixels are signed (Pixel Representation (0028,0103) is 1), OW instead of OB for
/// Pixel Data, overlays and look-up tables. `by_dictionary` is what vr_of() says, and the answer
/// for all other elements.
Vr implicit_vr(Tag tag, Vr by_dictionary, bool signed_pixels) noexcept;

}  // namespace pacs::dicom
