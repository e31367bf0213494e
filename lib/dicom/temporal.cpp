#include "dicom/temporal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace pacs::dicom {

namespace {

bool all_digits(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The number in two or four digits that are known to be digits.
int number(std::string_view digits) noexcept
{
    int value = 0;
    for (const char c : digits) {
        value = value * 10 + (c - '0');
    }
    return value;
}

std::string without(std::string_view text, char separator)
{
    std::string result{text};
    std::erase(result, separator);
    return result;
}

bool has_separators(std::string_view text, std::size_t size, std::size_t first, std::size_t second,
                    char separator) noexcept
{
    return text.size() >= size && text[first] == separator && text[second] == separator;
}

int days_in_month(int year, int month) noexcept
{
    const std::chrono::year_month_day_last last{std::chrono::year{year} /
                                                std::chrono::month{static_cast<unsigned>(month)} /
                                                std::chrono::last};
    return static_cast<int>(static_cast<unsigned>(last.day()));
}

// YYYY, YYYYMM or YYYYMMDD.
std::optional<Span> read_date(std::string_view digits)
{
    const bool sized = digits.size() == 4 || digits.size() == 6 || digits.size() == 8;
    if (!sized || !all_digits(digits)) {
        return std::nullopt;
    }
    const int year = number(digits.substr(0, 4));
    const int first_month = digits.size() > 4 ? number(digits.substr(4, 2)) : 1;
    const int last_month = digits.size() > 4 ? first_month : 12;
    if (first_month < 1 || first_month > 12) {
        return std::nullopt;
    }
    const int last_day = days_in_month(year, last_month);
    const int day = digits.size() > 6 ? number(digits.substr(6)) : 0;
    if (digits.size() > 6 && (day < 1 || day > last_day)) {
        return std::nullopt;
    }
    return Span{fmt::format("{:04}{:02}{:02}", year, first_month, day > 0 ? day : 1),
                fmt::format("{:04}{:02}{:02}", year, last_month, day > 0 ? day : last_day)};
}

// HH, HHMM, HHMMSS or HHMMSS.F to HHMMSS.FFFFFF.
std::optional<Span> read_time(std::string_view text)
{
    const std::string_view digits = text.substr(0, text.find('.'));
    const std::string_view fraction =
        digits.size() == text.size() ? std::string_view{} : text.substr(digits.size() + 1);
    const bool sized = digits.size() == 2 || digits.size() == 4 || digits.size() == 6;
    const bool with_point = digits.size() != text.size();
    if (!sized || !all_digits(digits) || !all_digits(fraction) || fraction.size() > 6 ||
        (with_point && (fraction.empty() || digits.size() != 6))) {
        return std::nullopt;
    }
    const auto part = [&](std::size_t at) {
        return digits.size() > at ? number(digits.substr(at, 2)) : 0;
    };
    if (part(0) > 23 || part(2) > 59 || part(4) > 60) {  // 60: a leap second
        return std::nullopt;
    }
    constexpr std::string_view earliest = "000000.000000";
    constexpr std::string_view latest = "235959.999999";
    std::string known{digits};
    if (with_point) {
        known += '.';
        known += fraction;
    }
    return Span{known + std::string{earliest.substr(known.size())},
                known + std::string{latest.substr(known.size())}};
}

struct Offset {
    std::chrono::minutes from_utc{0};
    std::size_t at = std::string_view::npos;  // of its sign
};

// "&ZZXX" at the end of a DT, PS3.5 6.2: -1200 to +1400.
Offset find_offset(std::string_view text) noexcept
{
    if (text.size() < 9) {
        return {};
    }
    const std::size_t at = text.size() - 5;
    const char sign = text[at];
    const std::string_view digits = text.substr(at + 1);
    if ((sign != '+' && sign != '-') || !all_digits(digits)) {
        return {};
    }
    const int hours = number(digits.substr(0, 2));
    const int minutes = number(digits.substr(2));
    const int most = sign == '+' ? 1400 : 1200;
    if (minutes > 59 || hours * 100 + minutes > most) {
        return {};
    }
    const std::chrono::minutes span{hours * 60 + minutes};
    return {sign == '+' ? span : -span, at};
}

// Takes the offset from a moment "YYYYMMDDHHMMSS.FFFFFF".
std::string to_utc(const std::string& moment, std::chrono::minutes offset)
{
    using namespace std::chrono;
    const std::string_view text{moment};
    const auto part = [&](std::size_t at) {
        return static_cast<unsigned>(number(text.substr(at, 2)));
    };
    const sys_days date{year{number(text.substr(0, 4))} / month{part(4)} / day{part(6)}};
    const sys_time<minutes> utc = date + hours{part(8)} + minutes{part(10)} - offset;
    const year_month_day day_in_utc{floor<days>(utc)};
    const minutes of_day = utc - floor<days>(utc);
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{}", static_cast<int>(day_in_utc.year()),
                       static_cast<unsigned>(day_in_utc.month()),
                       static_cast<unsigned>(day_in_utc.day()), of_day.count() / 60,
                       of_day.count() % 60, text.substr(12));
}

std::optional<Span> read_date_time(std::string_view text)
{
    const Offset offset = find_offset(text);
    text = text.substr(0, offset.at);
    const auto date = read_date(text.substr(0, std::min<std::size_t>(text.size(), 8)));
    if (!date) {
        return std::nullopt;
    }
    Span span{date->first + "000000.000000", date->last + "235959.999999"};
    if (text.size() > 8) {
        const auto time = read_time(text.substr(8));
        if (!time) {
            return std::nullopt;
        }
        span = {date->first + time->first, date->last + time->last};
    }
    if (offset.from_utc.count() != 0) {
        span = {to_utc(span.first, offset.from_utc), to_utc(span.last, offset.from_utc)};
    }
    return span;
}

}  // namespace

std::optional<Span> read_span(Vr vr, std::string_view value)
{
    switch (vr) {
    case Vr::DA: {
        const bool old = value.size() == 10 && has_separators(value, 10, 4, 7, '.');
        const std::string digits = old ? without(value, '.') : std::string{value};
        return digits.size() == 8 ? read_date(digits) : std::nullopt;
    }
    case Vr::TM: {
        const bool old =
            has_separators(value, 8, 2, 5, ':') || (value.size() == 5 && value[2] == ':');
        return read_time(old ? without(value, ':') : std::string{value});
    }
    case Vr::DT: return read_date_time(value);
    default: return std::nullopt;
    }
}

std::optional<std::string> comparable(Vr vr, std::string_view value)
{
    auto span = read_span(vr, value);
    return span ? std::optional{std::move(span->first)} : std::nullopt;
}

std::string_view::size_type range_hyphen(Vr vr, std::string_view key) noexcept
{
    if (vr != Vr::DT) {
        return key.find('-');
    }
    // Each hyphen is looked at: what stands before it must be no DT that needs it for its offset.
    for (auto at = key.find('-'); at != std::string_view::npos; at = key.find('-', at + 1)) {
        const bool is_offset = find_offset(key.substr(0, std::min(at + 5, key.size()))).at == at;
        if (!is_offset) {
            return at;
        }
    }
    return std::string_view::npos;
}

}  // namespace pacs::dicom
