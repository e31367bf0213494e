#pragma once

#include "dicom/tag.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace pacs::dicom {

/// The tags of one data set or item, to find those that come again.
class TagsSeen {
public:
    enum class Seen : std::uint8_t { no, before, too_many };

    /// Notes a tag. `too_many`: more tags out of order than anybody is ready to remember.
    Seen add(Tag tag)
    {
        if (ascending_.empty() || ascending_.back() < tag) {
            ascending_.push_back(tag);
            return Seen::no;
        }
        if (std::binary_search(ascending_.begin(), ascending_.end(), tag) ||
            disordered_.size() >= most_disordered) {
            return disordered_.size() >= most_disordered ? Seen::too_many : Seen::before;
        }
        return disordered_.insert(tag).second ? Seen::no : Seen::before;
    }

private:
    static constexpr std::size_t most_disordered = 100'000;

    std::vector<Tag> ascending_;
    std::set<Tag> disordered_;
};

}  // namespace pacs::dicom
