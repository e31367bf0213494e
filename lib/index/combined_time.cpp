#include "index/combined_time.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace pacs::index {

namespace {

using dicom::Matcher;
using dicom::Tag;

struct Tags {
    Tag date;
    Tag time;
};
constexpr std::array known_pairs{
    Tags{Tag{0x0008, 0x0020}, Tag{0x0008, 0x0030}}, Tags{Tag{0x0008, 0x0021}, Tag{0x0008, 0x0031}},
    Tags{Tag{0x0008, 0x0023}, Tag{0x0008, 0x0033}}, Tags{Tag{0x0010, 0x0030}, Tag{0x0010, 0x0032}},
    Tags{Tag{0x0040, 0x0244}, Tag{0x0040, 0x0245}},
};

std::optional<std::size_t> range_of(const Query& query, Tag tag)
{
    for (std::size_t at = 0; at < query.keys.size(); ++at) {
        if (query.keys[at].attribute->tag == tag &&
            query.keys[at].matcher.kind == Matcher::Kind::range) {
            return at;
        }
    }
    return std::nullopt;
}

/// A time to the microsecond; `filler` completes what is not given.
std::string whole_time(std::string_view time, std::string_view filler)
{
    std::string whole{time.substr(0, filler.size())};
    whole += filler.substr(whole.size());
    return whole;
}

constexpr std::string_view earliest = "000000.000000";
constexpr std::string_view latest = "235959.999999";

std::string bound(const std::optional<std::string>& date, const std::optional<std::string>& time,
                  std::string_view filler)
{
    return date ? date->substr(0, 8) + whole_time(time.value_or(""), filler) : std::string{};
}

}  // namespace

CombinedTimes::CombinedTimes(const Query& query)
{
    if (!query.combined_date_time) {
        return;
    }
    for (const Tags& tags : known_pairs) {
        const auto date = range_of(query, tags.date);
        const auto time = range_of(query, tags.time);
        if (date && time) {
            const Matcher& days = query.keys[*date].matcher;
            const Matcher& times = query.keys[*time].matcher;
            pairs_.push_back({*date, *time, tags.date, tags.time,
                              bound(days.from, times.from, earliest),
                              bound(days.to, times.to, latest)});
        }
    }
}

bool CombinedTimes::covers(Tag tag) const noexcept
{
    return std::ranges::any_of(
        pairs_, [tag](const Pair& pair) { return pair.date_tag == tag || pair.time_tag == tag; });
}

bool CombinedTimes::matches(const std::function<std::string_view(std::size_t)>& value) const
{
    return std::ranges::all_of(pairs_, [&value](const Pair& pair) {
        const std::string_view date = value(pair.date);
        if (date.empty()) {
            return false;
        }
        const std::string moment = std::string{date} + whole_time(value(pair.time), earliest);
        return (pair.from.empty() || moment >= pair.from) && (pair.to.empty() || moment <= pair.to);
    });
}

}  // namespace pacs::index
