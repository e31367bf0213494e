#pragma once

#include "dicom/tag.hpp"
#include "index/query.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::index {

/// The pairs of a date and a time range in a query that asks for combined matching, PS3.4
/// C.2.2.2.5.1: "from the 1st 20:00 to the 3rd 08:00", all of the 2nd included.
class CombinedTimes {
public:
    explicit CombinedTimes(const Query& query);

    /// This key is part of a pair, and not to be judged by itself.
    bool covers(dicom::Tag tag) const noexcept;
    /// `value` gives the value of the key at a place in the query. An object without a date
    /// matches no pair; one without a time counts as of midnight.
    bool matches(const std::function<std::string_view(std::size_t)>& value) const;

private:
    struct Pair {
        std::size_t date = 0;
        std::size_t time = 0;
        dicom::Tag date_tag;
        dicom::Tag time_tag;
        std::string from;  ///< "20240101200000.000000", empty: open
        std::string to;
    };
    std::vector<Pair> pairs_;
};

}  // namespace pacs::index
