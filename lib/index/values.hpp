#pragma once

#include "dicom/tag.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pacs::index {

/// Values by tag, ascending, each tag once: used as a std::map, but in one piece of memory, which
/// is what a scan of many files wants. Values that come in the order of their tags are added at the
/// end.
class Values {
public:
    using Entry = std::pair<dicom::Tag, std::string>;
    using const_iterator = std::vector<Entry>::const_iterator;

    Values() = default;
    Values(std::initializer_list<Entry> entries)
    {
        for (const auto& [tag, value] : entries) {
            (*this)[tag] = value;
        }
    }

    const_iterator begin() const noexcept { return entries_.begin(); }
    const_iterator end() const noexcept { return entries_.end(); }
    bool empty() const noexcept { return entries_.empty(); }
    std::size_t size() const noexcept { return entries_.size(); }
    void reserve(std::size_t count) { entries_.reserve(count); }

    const_iterator find(dicom::Tag tag) const noexcept
    {
        const auto place = std::lower_bound(begin(), end(), tag, before);
        return place != end() && place->first == tag ? place : end();
    }
    bool contains(dicom::Tag tag) const noexcept { return find(tag) != end(); }
    /// Throws std::out_of_range when there is none.
    const std::string& at(dicom::Tag tag) const
    {
        const auto found = find(tag);
        return found != end() ? found->second : throw std::out_of_range("no value of that tag");
    }
    /// Empty when there is none.
    const std::string& text(dicom::Tag tag) const noexcept
    {
        static const std::string none;
        const auto found = find(tag);
        return found != end() ? found->second : none;
    }
    /// Made empty when it is not there.
    std::string& operator[](dicom::Tag tag)
    {
        auto place = entries_.end();
        if (!entries_.empty() && !(entries_.back().first < tag)) {
            place = std::lower_bound(entries_.begin(), entries_.end(), tag, before);
            if (place->first == tag) {
                return place->second;
            }
        }
        return entries_.emplace(place, tag, std::string{})->second;
    }

private:
    static bool before(const Entry& entry, dicom::Tag tag) noexcept { return entry.first < tag; }

    std::vector<Entry> entries_;
};

}  // namespace pacs::index
