#include "dicom/matching.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "dicom/charset.hpp"
#include "dicom/temporal.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <charconv>

namespace pacs::dicom {

namespace {

constexpr std::string_view wildcards = "*?";
constexpr std::string_view empty_value = "\"\"";

std::string_view trimmed(std::string_view text, bool leading_too) noexcept
{
    const auto last = text.find_last_not_of(std::string_view{" \0", 2});
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    return leading_too ? text.substr(std::min(text.find_first_not_of(' '), text.size())) : text;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find_first_of(separators);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

// PS3.4 C.2.2.2.4: the VRs in which * and ? are wildcards.
bool has_wildcards(Vr vr) noexcept
{
    switch (vr) {
    case Vr::AE:
    case Vr::CS:
    case Vr::LO:
    case Vr::LT:
    case Vr::PN:
    case Vr::SH:
    case Vr::ST:
    case Vr::UC:
    case Vr::UR:
    case Vr::UT: return true;
    default: return false;
    }
}

bool is_number(Vr vr) noexcept
{
    switch (vr) {
    case Vr::DS:
    case Vr::FD:
    case Vr::FL:
    case Vr::IS:
    case Vr::SL:
    case Vr::SS:
    case Vr::SV:
    case Vr::UL:
    case Vr::US:
    case Vr::UV: return true;
    default: return false;
    }
}

bool is_moment(Vr vr) noexcept
{
    return vr == Vr::DA || vr == Vr::TM || vr == Vr::DT;
}

std::optional<double> parse_number(std::string_view text) noexcept
{
    if (text.starts_with('+') && !text.starts_with("+-")) {
        text.remove_prefix(1);
    }
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

[[noreturn]] void reject(Vr vr, std::string_view value, std::string_view reason)
{
    throw Error(ErrorKind::data, "reading the key " + std::string{value} + " of VR " +
                                     to_string(vr) + ": " + std::string{reason});
}

// The groups of a person name, alphabetic, ideographic, phonetic, without the carets at their ends,
// which mean nothing (PS3.5 6.2.1.1).
std::vector<std::string_view> name_groups(std::string_view name)
{
    std::vector<std::string_view> groups = split(name, "=");
    for (std::string_view& group : groups) {
        group = trimmed(group, false);
        const auto last = group.find_last_not_of("^ ");
        group = group.substr(0, last == std::string_view::npos ? 0 : last + 1);
    }
    return groups;
}

// What of a name is one word to --fuzzy.
std::vector<std::string_view> name_words(std::string_view name)
{
    std::vector<std::string_view> words = split(name, "=^ ,");
    std::erase_if(words, [](std::string_view word) { return word.empty(); });
    return words;
}

// Every word of the key is a word of the name.
bool matches_words(std::string_view key, std::string_view name)
{
    const auto key_words = name_words(key);
    const auto words = name_words(name);
    return std::all_of(key_words.begin(), key_words.end(), [&](std::string_view wanted) {
        return std::any_of(words.begin(), words.end(),
                           [&](std::string_view word) { return wildcard_match(wanted, word); });
    });
}

// A key of one group is looked for in all of them; one of several group by group, where an empty
// one asks nothing.
bool matches_name(std::string_view key, std::string_view name, bool wildcard)
{
    const auto equal = [&](std::string_view pattern, std::string_view text) {
        return wildcard ? wildcard_match(pattern, text) : pattern == text;
    };
    const auto key_groups = name_groups(key);
    const auto groups = name_groups(name);
    if (key_groups.size() == 1) {
        return std::any_of(groups.begin(), groups.end(), [&](std::string_view group) {
            return equal(key_groups.front(), group);
        });
    }
    for (std::size_t i = 0; i < key_groups.size(); ++i) {
        const std::string_view group = i < groups.size() ? groups[i] : std::string_view{};
        if (!key_groups[i].empty() && !equal(key_groups[i], group)) {
            return false;
        }
    }
    return true;
}

bool matches_moment(const Matcher& matcher, std::string_view value)
{
    const auto moment = comparable(matcher.vr, value);
    return moment && (!matcher.from || *moment >= *matcher.from) &&
           (!matcher.to || *moment <= *matcher.to);
}

std::string as_compared(const Matcher& matcher, std::string_view value)
{
    if (matcher.fuzzy) {
        return fold(value);
    }
    return matcher.ignore_case ? fold_case(value) : std::string{value};
}

bool matches_text(const Matcher& matcher, std::string_view key, std::string_view value)
{
    if (matcher.fuzzy) {
        return matches_words(key, value);
    }
    const bool wildcard = matcher.kind == Matcher::Kind::wildcard;
    if (matcher.vr == Vr::PN) {
        return matches_name(key, value, wildcard);
    }
    if (is_moment(matcher.vr)) {
        const auto moment = comparable(matcher.vr, value);
        const auto span = read_span(matcher.vr, key);
        return moment && span && *moment >= span->first && *moment <= span->last;
    }
    if (is_number(matcher.vr) && parse_number(key) && parse_number(value)) {
        return *parse_number(key) == *parse_number(value);
    }
    return wildcard ? wildcard_match(key, value) : key == value;
}

bool matches_one(const Matcher& matcher, const std::string& value)
{
    if (matcher.kind == Matcher::Kind::range) {
        return matches_moment(matcher, value);
    }
    const std::string compared = as_compared(matcher, value);
    return std::any_of(matcher.values.begin(), matcher.values.end(), [&](const std::string& key) {
        return matches_text(matcher, key, compared);
    });
}

Span span_of(Vr vr, std::string_view value, std::string_view key)
{
    if (auto span = read_span(vr, trimmed(value, true))) {
        return *span;
    }
    reject(vr, key, "not a date or time");
}

// PS3.4 C.2.2.2.5.
Matcher range_matcher(Matcher matcher, std::string_view key, std::size_t hyphen)
{
    matcher.kind = Matcher::Kind::range;
    const std::string_view from = trimmed(key.substr(0, hyphen), true);
    const std::string_view to = trimmed(key.substr(hyphen + 1), true);
    if (from.empty() && to.empty()) {
        reject(matcher.vr, key, "a range without bounds");
    }
    if (!from.empty()) {
        matcher.from = span_of(matcher.vr, from, key).first;
    }
    if (!to.empty()) {
        matcher.to = span_of(matcher.vr, to, key).last;
    }
    return matcher;
}

void check_value(Vr vr, std::string_view value, std::string_view key)
{
    if (vr == Vr::UI && !is_valid_uid(value)) {
        reject(vr, key, "not a UID");
    }
    if (is_number(vr) && !parse_number(value)) {
        reject(vr, key, "not a number");
    }
    if (is_moment(vr)) {
        span_of(vr, value, key);
    }
}

// Old forms of dates and times as PS3.5 has them now.
std::string as_written_today(Vr vr, std::string_view value)
{
    std::string result{value};
    if (vr == Vr::DA) {
        std::erase(result, '.');
    } else if (vr == Vr::TM) {
        std::erase(result, ':');
    }
    return result;
}

// Several values with a backslash between them match when one of them does.
Matcher text_matcher(Matcher matcher, std::string_view key)
{
    const bool several = is_multi_valued_text(matcher.vr) || !is_text(matcher.vr);
    for (const std::string_view part : split(key, several ? "\\" : "")) {
        const std::string_view value = trimmed(part, !leading_spaces_count(matcher.vr));
        if (value.empty()) {
            continue;
        }
        check_value(matcher.vr, value, key);
        matcher.values.push_back(is_moment(matcher.vr) ? as_written_today(matcher.vr, value)
                                                       : as_compared(matcher, value));
    }
    const bool wildcard =
        has_wildcards(matcher.vr) && key.find_first_of(wildcards) != std::string_view::npos;
    if (matcher.values.empty()) {
        matcher.kind = Matcher::Kind::universal;
    } else if (wildcard) {
        matcher.kind = Matcher::Kind::wildcard;
    } else {
        matcher.kind = matcher.values.size() == 1 ? Matcher::Kind::single : Matcher::Kind::list;
    }
    return matcher;
}

}  // namespace

Matcher make_matcher(Vr vr, std::string_view value, const MatchOptions& options)
{
    Matcher matcher;
    matcher.vr = vr;
    matcher.fuzzy = vr == Vr::PN && options.fuzzy;
    matcher.ignore_case = vr == Vr::PN && (options.ignore_case_names || options.fuzzy);
    const std::string_view key = trimmed(value, !leading_spaces_count(vr) || is_moment(vr));
    if (key.find_first_not_of('*') == std::string_view::npos) {
        return matcher;
    }
    if (key == empty_value) {
        matcher.kind = Matcher::Kind::empty;
        return matcher;
    }
    if (!is_text(vr) && !is_number(vr) && vr != Vr::AT) {
        reject(vr, key, "no matching is defined for it");
    }
    const auto hyphen = is_moment(vr) ? range_hyphen(vr, key) : std::string_view::npos;
    return hyphen == std::string_view::npos ? text_matcher(std::move(matcher), key)
                                            : range_matcher(std::move(matcher), key, hyphen);
}

bool matches(const Matcher& matcher, const std::vector<std::string>& values)
{
    const bool absent = std::all_of(values.begin(), values.end(),
                                    [](const std::string& value) { return value.empty(); });
    switch (matcher.kind) {
    case Matcher::Kind::universal: return true;
    case Matcher::Kind::empty: return absent;
    default: break;
    }
    return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
        return !value.empty() && matches_one(matcher, value);
    });
}

std::string wildcard_prefix(std::string_view pattern)
{
    return std::string{pattern.substr(0, pattern.find_first_of(wildcards))};
}

bool wildcard_match(std::string_view pattern, std::string_view text) noexcept
{
    const auto length = [](std::string_view utf8, std::size_t at) {
        return std::max<std::size_t>(utf8_length(utf8, at), 1);
    };
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t after_star = std::string_view::npos;  // in the pattern
    std::size_t star_ends = 0;                        // in the text
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            after_star = ++p;
            star_ends = t;
        } else if (p < pattern.size() && pattern[p] == '?') {
            ++p;
            t += length(text, t);
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (after_star != std::string_view::npos) {
            star_ends += length(text, star_ends);  // let the last star take one more character
            p = after_star;
            t = star_ends;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace pacs::dicom
