#pragma once

#include "dicom/content_digest.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pacs::dicom {

/// A place where two objects say different things.
struct ContentDifference {
    enum class Kind : std::uint8_t {
        removed,  ///< only the left one has it
        added,    ///< only the right one has it
        changed,
    };
    Kind kind = Kind::changed;
    /// The sequences around it, each with the number of its item from 1.
    std::vector<std::pair<Tag, std::size_t>> around = {};
    Tag tag;               ///< of the element; of a whole item the sequence's
    std::size_t item = 0;  ///< from 1, of an item that only one of them has; 0: an element
    Vr vr = Vr::none;
    std::string left = {};  ///< the value in words, cut: at most some hundred bytes of UTF-8
    std::string right = {};
    /// Numbers from 1 of the frames that differ, the first hundred; none when frames were not
    /// compared.
    std::vector<std::uint64_t> frames = {};
    std::uint64_t frames_differing = 0;

    /// "RequestAttributesSequence[1].ScheduledProcedureStepID".
    std::string path() const;
};

/// Tells of all places where they differ, by tag; items of a sequence are compared by their place.
/// There is at least one exactly when the digests differ.
void compare(const ContentItem& left, const ContentItem& right,
             const std::function<void(const ContentDifference&)>& tell);

}  // namespace pacs::dicom
