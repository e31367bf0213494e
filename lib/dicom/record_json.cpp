#include "dicom/record_json.hpp"

#include "base/json_line.hpp"
#include "dicom/dictionary.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace pacs::dicom {

namespace {

/// Numbers beyond it are not exact in JavaScript, so PS3.18 F.2.2 has them as text.
constexpr double exact_in_json = 9'007'199'254'740'992;

std::string base64(std::string_view bytes)
{
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto byte = [&](std::size_t i) {
            return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
        };
        const unsigned bits = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
        out += letters[bits >> 18U];
        out += letters[(bits >> 12U) & 63U];
        out += at + 1 < bytes.size() ? letters[(bits >> 6U) & 63U] : '=';
        out += at + 2 < bytes.size() ? letters[bits & 63U] : '=';
    }
    return out;
}

std::string_view trimmed(std::string_view text, Vr vr)
{
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) {
        text.remove_suffix(1);
    }
    while (!leading_spaces_count(vr) && !text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    return text;
}

template <typename T>
T number_at(std::string_view bytes)
{
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);  // Element keeps little endian, as we run
    return value;
}

template <typename T>
std::string number_text(std::string_view bytes)
{
    const T value = number_at<T>(bytes);
    if constexpr (std::is_floating_point_v<T>) {
        return std::isfinite(value) ? fmt::format("{}", value) : "null";
    } else if constexpr (sizeof value == 8) {
        const bool exact = std::abs(static_cast<double>(value)) <= exact_in_json;
        return exact ? fmt::format("{}", value) : fmt::format("\"{}\"", value);
    } else {
        return fmt::format("{}", value);
    }
}

std::string attribute_tag_text(std::string_view bytes)
{
    return fmt::format("\"{:04X}{:04X}\"", number_at<std::uint16_t>(bytes),
                       number_at<std::uint16_t>(bytes.substr(2)));
}

using NumberWriter = std::string (*)(std::string_view);

/// How one binary value becomes JSON; nullptr for text, sequences and bytes.
NumberWriter number_writer(Vr vr)
{
    switch (vr) {
    case Vr::AT: return attribute_tag_text;
    case Vr::US: return number_text<std::uint16_t>;
    case Vr::SS: return number_text<std::int16_t>;
    case Vr::UL: return number_text<std::uint32_t>;
    case Vr::SL: return number_text<std::int32_t>;
    case Vr::UV: return number_text<std::uint64_t>;
    case Vr::SV: return number_text<std::int64_t>;
    case Vr::FL: return number_text<float>;
    case Vr::FD: return number_text<double>;
    default: return nullptr;
    }
}

bool is_decimal(std::string_view text, double& value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) &&
           text.find_first_of("nN") == std::string_view::npos;
}

/// A DS or IS value as JSON: the number as it was written where JSON allows that, else as text.
std::string numeric_string(std::string_view text, Vr vr)
{
    std::string_view digits = text;
    if (digits.starts_with('+')) {
        digits.remove_prefix(1);
    }
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    if (error == std::errc{} && end == digits.data() + digits.size()) {
        return fmt::format("{}", whole);
    }
    double value = 0;
    if (vr == Vr::DS && is_decimal(digits, value)) {
        return fmt::format("{}", value);
    }
    std::string quoted;
    append_json_string(quoted, text);
    return quoted;
}

bool is_numeric(Vr vr)
{
    return vr == Vr::IS || vr == Vr::DS || (number_writer(vr) != nullptr && vr != Vr::AT);
}

/// The values of an element that is no sequence and no bytes, each as JSON; "" stands for an empty
/// value between others.
std::vector<std::string> json_values(const Element& element, const CharacterSet& charset)
{
    std::vector<std::string> values;
    if (const NumberWriter write = number_writer(element.vr)) {
        const std::size_t unit = element.vr == Vr::AT ? 4 : unit_bytes(element.vr);
        for (std::size_t at = 0; at + unit <= element.value.size(); at += unit) {
            values.push_back(write(std::string_view{element.value}.substr(at, unit)));
        }
        return values;
    }
    for (const std::string& text : utf8_values(element, charset)) {
        if (text.empty()) {
            values.emplace_back();
        } else if (is_numeric(element.vr)) {
            values.push_back(numeric_string(text, element.vr));
        } else {
            append_json_string(values.emplace_back(), text);
        }
    }
    return values;
}

std::string joined(const std::vector<std::string>& values, std::string_view absent)
{
    std::string out;
    for (const std::string& value : values) {
        out += out.empty() ? "" : ",";
        out += value.empty() ? absent : value;
    }
    return out;
}

bool is_bytes(const Element& element)
{
    return !is_text(element.vr) && element.vr != Vr::SQ && number_writer(element.vr) == nullptr;
}

bool is_left_out(Tag tag)
{
    return tag.element() == 0 || tag == tags::specific_character_set;
}

bool has_one_value(Tag tag, std::size_t values)
{
    const auto entry = find_tag(tag);
    return values <= 1 && (!entry || entry->vm == "1");
}

/// {"Alphabetic":..,"Ideographic":..,"Phonetic":..} of a JSON string that holds a person name,
/// PS3.18 F.2.2: groups that are empty are left out.
std::string name_object(std::string_view utf8)
{
    std::string out = "{";
    for (const std::string_view group : {"Alphabetic", "Ideographic", "Phonetic"}) {
        const auto cut = utf8.find('=');
        if (const std::string_view text = utf8.substr(0, cut); !text.empty()) {
            out += fmt::format("{}\"{}\":", out.size() > 1 ? "," : "", group);
            append_json_string(out, text);
        }
        utf8 = cut == std::string_view::npos ? "" : utf8.substr(cut + 1);
    }
    return out + "}";
}

std::string annex_f_values(const Element& element, const CharacterSet& charset)
{
    if (element.vr != Vr::PN) {
        return joined(json_values(element, charset), "null");
    }
    std::vector<std::string> names;
    for (const std::string& name : utf8_values(element, charset)) {
        names.push_back(name.empty() ? "" : name_object(name));
    }
    return joined(names, "null");
}

void append_annex_f_content(std::string& out, const Element& element, const CharacterSet& charset)
{
    if (element.vr == Vr::SQ) {
        std::string items;
        for (const DataSet& item : element.items) {
            items += items.empty() ? "" : ",";
            append_dicom_json(items, item, charset);
        }
        out += items.empty() ? "" : fmt::format(",\"Value\":[{}]", items);
    } else if (is_bytes(element)) {
        out += element.value.empty()
                   ? ""
                   : fmt::format(",\"InlineBinary\":\"{}\"", base64(element.value));
    } else if (const std::string values = element.tag == tags::specific_character_set
                                              ? "\"ISO_IR 192\""
                                              : annex_f_values(element, charset);
               !values.empty()) {
        out += fmt::format(",\"Value\":[{}]", values);
    }
}

}  // namespace

CharacterSet character_set_of(const DataSet& data_set, const CharacterSet& fallback)
{
    const std::string terms = data_set.text(tags::specific_character_set);
    return terms.empty() ? fallback : CharacterSet{terms};
}

std::vector<std::string> utf8_values(const Element& element, const CharacterSet& charset)
{
    const std::string text = has_character_set(element.vr)
                                 ? charset.to_utf8(element.value, element.vr == Vr::PN).utf8
                                 : element.value;
    if (trimmed(text, element.vr).empty()) {
        return {};
    }
    std::vector<std::string> values;
    std::string_view rest = text;
    for (;;) {
        const auto cut =
            is_multi_valued_text(element.vr) ? rest.find('\\') : std::string_view::npos;
        values.emplace_back(trimmed(rest.substr(0, cut), element.vr));
        if (cut == std::string_view::npos) {
            return values;
        }
        rest.remove_prefix(cut + 1);
    }
}

void append_record_value(std::string& out, const Element& element, const CharacterSet& charset)
{
    if (element.vr == Vr::SQ) {
        out += '[';
        for (const DataSet& item : element.items) {
            out += out.back() == '[' ? "{" : ",{";
            append_record_members(out, item, charset);
            out += '}';
        }
        out += ']';
        return;
    }
    if (is_bytes(element)) {
        append_json_string(out, base64(element.value));
        return;
    }
    const std::vector<std::string> values = json_values(element, charset);
    const std::string_view absent = is_numeric(element.vr) ? "null" : "\"\"";
    if (has_one_value(element.tag, values.size())) {
        out += values.empty() ? absent : values.front();
    } else {
        out += fmt::format("[{}]", joined(values, absent));
    }
}

void append_record_members(std::string& out, const DataSet& data_set, const CharacterSet& fallback)
{
    const CharacterSet charset = character_set_of(data_set, fallback);
    for (const Element& element : data_set.elements()) {
        if (is_left_out(element.tag)) {
            continue;
        }
        if (!out.ends_with('{')) {
            out += ',';
        }
        append_json_string(out, name_of(element.tag));
        out += ':';
        append_record_value(out, element, charset);
    }
}

void append_dicom_json(std::string& out, const DataSet& data_set, const CharacterSet& fallback)
{
    const CharacterSet charset = character_set_of(data_set, fallback);
    out += '{';
    for (const Element& element : data_set.elements()) {
        if (element.tag.element() == 0) {
            continue;
        }
        out += out.ends_with('{') ? "" : ",";
        const Vr vr = element.vr == Vr::none ? Vr::UN : element.vr;
        out += fmt::format("\"{}\":{{\"vr\":\"{}\"", element.tag.hex(), to_string(vr));
        append_annex_f_content(out, element, charset);
        out += '}';
    }
    out += '}';
}

}  // namespace pacs::dicom
