#include "dicom/json_value.hpp"

#include "base/base64.hpp"
#include "base/json_line.hpp"
#include "dicom/dictionary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <type_traits>

namespace pacs::dicom {

namespace {

/// Integers beyond it are not exact in JavaScript, so PS3.18 F.2.3 lets them be text.
constexpr std::int64_t exact_in_json = 9'007'199'254'740'992;
/// So many decimal digits survive in a double, whatever they are.
constexpr std::ptrdiff_t digits_of_a_double = 15;

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

template <typename T>
T number_at(std::string_view bytes)
{
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);  // Element keeps little endian, as we run
    return value;
}

/// What JSON has no number for; empty for all others.
std::string_view word_of(double value)
{
    if (std::isnan(value)) {
        return "\"NaN\"";
    }
    return std::isinf(value) ? (value > 0 ? "\"Infinity\"" : "\"-Infinity\"") : "";
}

/// Appends one binary number; `words` for NaN and infinity, else null.
template <typename T>
void append_number(std::string& out, std::string_view bytes, bool words)
{
    const T value = number_at<T>(bytes);
    if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) {
            out += words ? word_of(static_cast<double>(value)) : "null";
            return;
        }
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        if (value > static_cast<std::uint64_t>(exact_in_json)) {
            fmt::format_to(std::back_inserter(out), "\"{}\"", value);
            return;
        }
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        if (value > exact_in_json || value < -exact_in_json) {
            fmt::format_to(std::back_inserter(out), "\"{}\"", value);
            return;
        }
    }
    fmt::format_to(std::back_inserter(out), "{}", value);
}

void append_attribute_tag(std::string& out, std::string_view bytes, bool /*words*/)
{
    fmt::format_to(std::back_inserter(out), "\"{:04X}{:04X}\"", number_at<std::uint16_t>(bytes),
                   number_at<std::uint16_t>(bytes.substr(2)));
}

using NumberWriter = void (*)(std::string&, std::string_view, bool);

/// How one binary value becomes JSON; nullptr for text, sequences and bytes.
NumberWriter number_writer(Vr vr)
{
    switch (vr) {
    case Vr::AT: return append_attribute_tag;
    case Vr::US: return append_number<std::uint16_t>;
    case Vr::SS: return append_number<std::int16_t>;
    case Vr::UL: return append_number<std::uint32_t>;
    case Vr::SL: return append_number<std::int32_t>;
    case Vr::UV: return append_number<std::uint64_t>;
    case Vr::SV: return append_number<std::int64_t>;
    case Vr::FL: return append_number<float>;
    case Vr::FD: return append_number<double>;
    default: return nullptr;
    }
}

/// Appends all values of a binary element with commas between; returns how many.
std::size_t append_numbers(std::string& out, const Element& element, NumberWriter write, bool words)
{
    const std::size_t unit = element.vr == Vr::AT ? 4 : unit_bytes(element.vr);
    const std::string_view bytes = element.value;
    std::size_t count = 0;
    for (std::size_t at = 0; at + unit <= bytes.size(); at += unit, ++count) {
        out += count == 0 ? "" : ",";
        write(out, bytes.substr(at, unit), words);
    }
    return count;
}

/// The same, each by itself and without quotes.
std::vector<std::string> numbers_of(const Element& element, NumberWriter write)
{
    const std::size_t unit = element.vr == Vr::AT ? 4 : unit_bytes(element.vr);
    const std::string_view bytes = element.value;
    std::vector<std::string> numbers;
    for (std::size_t at = 0; at + unit <= bytes.size(); at += unit) {
        write(numbers.emplace_back(), bytes.substr(at, unit), true);
        std::erase(numbers.back(), '"');
    }
    return numbers;
}

bool is_decimal(std::string_view text, double& value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) &&
           text.find_first_of("nN") == std::string_view::npos;
}

/// A DS or IS value as its number, whatever its spelling; text when it is none.
void append_normalized(std::string& out, std::string_view text, Vr vr)
{
    std::string_view digits = text;
    if (digits.starts_with('+')) {
        digits.remove_prefix(1);
    }
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    double value = 0;
    if (error == std::errc{} && end == digits.data() + digits.size()) {
        fmt::format_to(std::back_inserter(out), "{}", whole);
    } else if (vr == Vr::DS && is_decimal(digits, value)) {
        fmt::format_to(std::back_inserter(out), "{}", value);
    } else {
        append_json_string(out, text);
    }
}

bool is_numeric(Vr vr)
{
    return vr == Vr::IS || vr == Vr::DS || (number_writer(vr) != nullptr && vr != Vr::AT);
}

bool has_one_value(Tag tag, std::size_t values)
{
    const auto entry = find_tag(tag);
    return values <= 1 && (!entry || entry->vm == "1");
}

/// {"Alphabetic":..,"Ideographic":..,"Phonetic":..} of a person name, PS3.18 F.2.2: groups that are
/// empty are left out; what follows a third = stays in the last group.
void append_name(std::string& out, std::string_view utf8)
{
    constexpr std::array<std::string_view, 3> groups{
        "\"Alphabetic\":", "\"Ideographic\":", "\"Phonetic\":"};
    out += '{';
    for (std::size_t group = 0; group < groups.size() && !utf8.empty(); ++group) {
        const auto cut = group + 1 < groups.size() ? utf8.find('=') : std::string_view::npos;
        if (const std::string_view text = utf8.substr(0, cut); !text.empty()) {
            out += out.back() == '{' ? "" : ",";
            out += groups[group];
            append_json_string(out, text);
        }
        utf8 = cut == std::string_view::npos ? "" : utf8.substr(cut + 1);
    }
    out += '}';
}

/// One text value of DICOM JSON.
void append_annex_f_text(std::string& out, std::string_view text, Vr vr)
{
    if (text.empty()) {
        out += "null";
    } else if (vr == Vr::PN) {
        append_name(out, text);
    } else if ((vr == Vr::DS || (vr == Vr::IS && text.find_first_of(".eE") == text.npos)) &&
               is_exact_json_number(text)) {
        out += text;
    } else {
        append_json_string(out, text);
    }
}

/// Bytes beyond ASCII where PS3.5 has none (UI, DA, CS, ...) are taken as the default repertoire
/// with a sin, which to_utf8() tells.
CharacterSet::Decoded decoded(const Element& element, const CharacterSet& charset)
{
    static const CharacterSet default_repertoire;
    return has_character_set(element.vr) ? charset.to_utf8(element.value, element.vr == Vr::PN)
                                         : default_repertoire.to_utf8(element.value);
}

/// Calls `take` with each value of `text`, trimmed; not at all when there is none.
template <typename Take>
std::size_t each_value(std::string_view text, Vr vr, const Take& take)
{
    if (trimmed(text, vr).empty()) {
        return 0;
    }
    std::size_t count = 0;
    for (;;) {
        const auto cut = is_multi_valued_text(vr) ? text.find('\\') : std::string_view::npos;
        take(trimmed(text.substr(0, cut), vr));
        ++count;
        if (cut == std::string_view::npos) {
            return count;
        }
        text.remove_prefix(cut + 1);
    }
}

}  // namespace

bool has_bulk_vr(Vr vr) noexcept
{
    return !is_text(vr) && vr != Vr::SQ && number_writer(vr) == nullptr;
}

bool is_json_number(std::string_view text) noexcept
{
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at])) {
            ++at;
        }
        return at - begin;
    };
    const std::size_t first = at;
    const std::size_t whole = digits();
    if (whole == 0 || (whole > 1 && text[first] == '0')) {
        return false;
    }
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0) {
            return false;
        }
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        at += at < text.size() && (text[at] == '+' || text[at] == '-') ? 1 : 0;
        if (digits() == 0) {
            return false;
        }
    }
    return at == text.size();
}

bool is_exact_json_number(std::string_view text) noexcept
{
    const std::string_view mantissa = text.substr(0, text.find_first_of("eE"));
    const auto* const begin =
        std::find_if(mantissa.begin(), mantissa.end(), [](char c) { return c >= '1' && c <= '9'; });
    double value = 0;
    return is_json_number(text) &&
           std::count_if(begin, mantissa.end(), is_digit) <= digits_of_a_double &&
           is_decimal(text, value) &&
           (begin == mantissa.end() || std::abs(value) >= std::numeric_limits<double>::min());
}

Texts texts_of(const Element& element, const CharacterSet& charset)
{
    if (const NumberWriter write = number_writer(element.vr)) {
        return {numbers_of(element, write), true};
    }
    const auto text = decoded(element, charset);
    Texts texts;
    texts.exact = text.exact;
    each_value(text.utf8, element.vr,
               [&](std::string_view value) { texts.values.emplace_back(value); });
    return texts;
}

bool append_flat_value(std::string& out, const Element& element, const CharacterSet& charset)
{
    if (has_bulk_vr(element.vr)) {
        out += '"';
        append_base64(out, element.value);
        out += '"';
        return true;
    }
    const std::string_view absent = is_numeric(element.vr) ? "null" : "\"\"";
    const std::size_t begin = out.size();
    std::size_t count = 0;
    bool exact = true;
    out += '[';
    if (const NumberWriter write = number_writer(element.vr)) {
        count = append_numbers(out, element, write, false);
    } else {
        const auto text = decoded(element, charset);
        exact = text.exact;
        count = each_value(text.utf8, element.vr, [&](std::string_view value) {
            out += out.size() == begin + 1 ? "" : ",";
            if (value.empty()) {
                out += absent;
            } else if (is_numeric(element.vr)) {
                append_normalized(out, value, element.vr);
            } else {
                append_json_string(out, value);
            }
        });
    }
    if (has_one_value(element.tag, count)) {
        out.erase(begin, 1);
        out += count == 0 ? absent : "";
    } else {
        out += ']';
    }
    return exact;
}

bool append_annex_f_value(std::string& out, const Element& element, const CharacterSet& charset)
{
    if (has_bulk_vr(element.vr)) {
        if (!element.value.empty()) {
            out += ",\"InlineBinary\":\"";
            append_base64(out, element.value);
            out += '"';
        }
        return true;
    }
    const std::size_t begin = out.size();
    std::size_t count = 0;
    bool exact = true;
    out += ",\"Value\":[";
    if (element.tag == tags::specific_character_set) {
        count = trimmed(element.value, element.vr).empty() ? 0 : 1;
        out += "\"ISO_IR 192\"";  // F.2.3: the text is UTF-8
    } else if (const NumberWriter write = number_writer(element.vr)) {
        count = append_numbers(out, element, write, true);
    } else {
        const auto text = decoded(element, charset);
        exact = text.exact;
        count = each_value(text.utf8, element.vr, [&](std::string_view value) {
            out += out.back() == '[' ? "" : ",";
            append_annex_f_text(out, value, element.vr);
        });
    }
    if (count == 0) {
        out.resize(begin);
    } else {
        out += ']';
    }
    return exact;
}

}  // namespace pacs::dicom
