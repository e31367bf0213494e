#include "query/dates.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

namespace pacs::query {

namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::years;

[[noreturn]] void refuse(std::string_view text)
{
    throw Error(
        ErrorKind::usage, fmt::format("reading a date: '{}' is not one", log::printable(text)),
        "dates look like 20240131, 2024-01-31, today, yesterday, 7d, 2w, 6m or 1y; spans like "
        "20240101-20240131 or 2024-01-01..today");
}

bool all_digits(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits)
{
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::optional<Day> calendar_day(std::string_view year, std::string_view month, std::string_view day)
{
    if (!all_digits(year) || !all_digits(month) || !all_digits(day)) {
        return std::nullopt;
    }
    const Day result{std::chrono::year{number(year)},
                     std::chrono::month{static_cast<unsigned>(number(month))},
                     std::chrono::day{static_cast<unsigned>(number(day))}};
    return result.ok() && number(year) > 0 ? std::optional{result} : std::nullopt;
}

std::optional<Day> written_day(std::string_view text)
{
    if (text.size() == 8) {
        return calendar_day(text.substr(0, 4), text.substr(4, 2), text.substr(6, 2));
    }
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
        return calendar_day(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
    }
    return std::nullopt;
}

/// The same day of another month, or the last one the month has.
Day in_month(Day day)
{
    return day.ok() ? day : Day{day.year() / day.month() / std::chrono::last};
}

std::optional<Day> days_ago(std::string_view text, Day now)
{
    constexpr std::size_t longest = 5;  // "9999d": from_chars cannot overflow
    if (text.size() < 2 || text.size() > longest || !all_digits(text.substr(0, text.size() - 1))) {
        return std::nullopt;
    }
    const int count = number(text.substr(0, text.size() - 1));
    switch (text.back()) {
    case 'd': return Day{sys_days{now} - days{count}};
    case 'w': return Day{sys_days{now} - days{7 * count}};
    case 'm': return in_month(now - months{count});
    case 'y': return in_month(now - years{count});
    default: return std::nullopt;
    }
}

std::string span_key(std::optional<Day> from, std::optional<Day> to, std::string_view text)
{
    if (!from && !to) {
        refuse(text);
    }
    if (from && to && *from > *to) {
        throw Error(ErrorKind::usage, fmt::format("reading a date: '{}' ends before it starts",
                                                  log::printable(text)));
    }
    if (from && to && *from == *to) {
        return date_value(*from);
    }
    return fmt::format("{}-{}", from ? date_value(*from) : "", to ? date_value(*to) : "");
}

std::optional<Day> end_of_span(std::string_view text, Day now)
{
    return text.empty() ? std::nullopt : std::optional{parse_day(text, now)};
}

}  // namespace

Day today()
{
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    return Day{std::chrono::year{local.tm_year + 1900},
               std::chrono::month{static_cast<unsigned>(local.tm_mon + 1)},
               std::chrono::day{static_cast<unsigned>(local.tm_mday)}};
}

Day parse_day(std::string_view text, Day now)
{
    if (text == "today") {
        return now;
    }
    if (text == "yesterday") {
        return Day{sys_days{now} - days{1}};
    }
    auto day = written_day(text);
    if (!day) {
        day = days_ago(text, now);
    }
    // a DA has four digits for the year
    if (!day || day->year() < std::chrono::year{1}) {
        refuse(text);
    }
    return *day;
}

std::string date_value(Day day)
{
    return fmt::format("{:04}{:02}{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string date_span(std::string_view text, Day now)
{
    if (const auto dots = text.find(".."); dots != std::string_view::npos) {
        return span_key(end_of_span(text.substr(0, dots), now),
                        end_of_span(text.substr(dots + 2), now), text);
    }
    const auto dash = text.find('-');
    if (dash == std::string_view::npos || written_day(text)) {
        const Day day = parse_day(text, now);
        return date_value(day);
    }
    return span_key(end_of_span(text.substr(0, dash), now), end_of_span(text.substr(dash + 1), now),
                    text);
}

std::string date_span(std::string_view since, std::string_view until, Day now)
{
    return span_key(end_of_span(since, now), end_of_span(until, now),
                    fmt::format("{}..{}", since, until));
}

}  // namespace pacs::query
