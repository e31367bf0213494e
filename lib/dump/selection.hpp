#pragma once

#include "dicom/tag.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pacs::dump {

/// Which elements are wanted: all, or those that keys name.
///
/// A key is a keyword ("PatientName"), a tag in any form dicom::parse_tag() reads, or a path of
/// them through sequences, parted by dots; an index [2] behind a sequence is that item only,
/// from 1. A step may also be * for any element, "private" for any of an odd group, or eight hex
/// digits with x for any digit ("0009xxxx", "60xx3000"). What is inside a wanted sequence is wanted
/// too.
class Selection {
public:
    Selection() = default;  ///< everything
    /// Throws Error(usage) for a key that cannot be understood.
    explicit Selection(const std::vector<std::string>& keys);

    bool everything() const noexcept { return keys_.empty(); }

    /// What a key asks for at one place of the tree.
    struct Wish {
        bool whole = false;             ///< the element and all in it
        std::vector<std::size_t> keys;  ///< those that ask for something deeper in it
        bool none() const noexcept { return !whole && keys.empty(); }
    };
    /// At the top, before any element.
    Wish all() const;
    /// Of an element `depth` sequences down, inside an item (from 1) in which `around` holds.
    Wish of(dicom::Tag tag, const Wish& around, std::size_t depth) const;
    /// Of the `index`-th item (from 1) of the sequence at `depth`.
    Wish of_item(std::uint32_t index, const Wish& sequence, std::size_t depth) const;

    /// The highest top-level tag that can be wanted: reading may end behind it. nullopt when
    /// nobody knows, as for a key with a wildcard.
    std::optional<dicom::Tag> last() const noexcept { return last_; }

private:
    struct Step {
        std::uint32_t tag = 0;
        std::uint32_t mask = 0xFFFF'FFFF;
        bool odd_group = false;
        std::uint32_t item = 0;  ///< 0: any
    };
    static Step parse_step(std::string_view text, const std::string& key);

    std::vector<std::vector<Step>> keys_;
    std::optional<dicom::Tag> last_;
};

}  // namespace pacs::dump
