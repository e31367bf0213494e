#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace pacs::query {

/// A day of the calendar; DICOM dates have no zone, so "today" is that of the clock on the wall.
using Day = std::chrono::year_month_day;

/// Today by the local time zone ($TZ).
Day today();

/// Reads a day as people write it: "20240131", "2024-01-31", "today", "yesterday", or how long ago
/// it was: "7d", "2w", "6m" (months), "1y". A month ago of the 31st is the last day of a shorter
/// month. Throws Error(usage, "'...' is not a date...") for anything else, hours too: a range of
/// StudyDate has days (PS3.4 C.2.2.2.5), and a part of one would need StudyTime with it.
Day parse_day(std::string_view text, Day now);

/// "20240131", PS3.5 6.2 DA.
std::string date_value(Day day);

/// The key for a span of days, both ends inclusive, PS3.4 C.2.2.2.5: "20240101-20240131",
/// "20240101-" or "-20240131"; "20240101" alone for one day.
/// `text` is DAY, or DAY-DAY in digits, or DAY..DAY in any form, where either may be absent.
/// Throws Error(usage) also when the span ends before it starts.
std::string date_span(std::string_view text, Day now);

/// The key for everything between `since` and `until`, inclusive; either may be empty, not both.
std::string date_span(std::string_view since, std::string_view until, Day now);

}  // namespace pacs::query
