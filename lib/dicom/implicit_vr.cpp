#include "dicom/implicit_vr.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace pacs::dicom {

namespace {

struct Choice {
    std::uint32_t tag;
    bool may_be_signed;
    bool may_be_words;
};
constexpr Choice choices[] = {
#include "dicom/tables/dictionary_choices.inc"
};

}  // namespace

Vr implicit_vr(Tag tag, Vr by_dictionary, bool signed_pixels) noexcept
{
    if (by_dictionary != Vr::US && by_dictionary != Vr::OB) {
        return by_dictionary;
    }
    const unsigned block = tag.group() >> 8U;
    const bool repeating = block == 0x50U || block == 0x60U || block == 0x7FU;
    if (repeating && by_dictionary == Vr::OB && !tag.is_private()) {
        return Vr::OW;  // curves, overlays, Variable Pixel Data
    }
    const auto* const found = std::lower_bound(
        std::begin(choices), std::end(choices), tag.value,
        [](const Choice& choice, std::uint32_t wanted) { return choice.tag < wanted; });
    if (found == std::end(choices) || found->tag != tag.value) {
        return by_dictionary;
    }
    if (found->may_be_words) {
        return Vr::OW;
    }
    return found->may_be_signed && signed_pixels ? Vr::SS : by_dictionary;
}

}  // namespace pacs::dicom
