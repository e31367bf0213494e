#include "index/extras.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/matching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <set>

namespace pacs::index {

namespace {

using dicom::Vr;
using Kind = dicom::Matcher::Kind;

/// Greater than every text that starts as it does: no UTF-8 holds this byte.
constexpr char beyond = '\xFF';

/// Numbers that are kept as JSON: one, or a list of them.
bool is_binary_number(Vr vr) noexcept
{
    return vr == Vr::US || vr == Vr::SS || vr == Vr::UL || vr == Vr::SL || vr == Vr::FL ||
           vr == Vr::FD;
}

/// One value has one spelling.
bool is_plain_text(Vr vr) noexcept
{
    return vr == Vr::AE || vr == Vr::AS || vr == Vr::CS || vr == Vr::LO || vr == Vr::LT ||
           vr == Vr::SH || vr == Vr::ST || vr == Vr::UC || vr == Vr::UI || vr == Vr::UR ||
           vr == Vr::UT;
}

std::set<dicom::Tag> kept_tags(Database& database)
{
    std::set<dicom::Tag> tags;
    Statement sets{database, "SELECT tags FROM key_set"};
    while (sets.step()) {
        std::string_view text = sets.text(0);
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(','), text.size());
            if (const auto tag = dicom::parse_tag(text.substr(0, end))) {
                tags.insert(*tag);
            }
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }
    return tags;
}

template <typename Number>
void append_number(std::string& bytes, const std::string& text)
{
    Number number{};  // of what is none, or does not fit
    std::from_chars(text.data(), text.data() + text.size(), number);
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename Number>
std::string number_texts(std::string_view bytes)
{
    std::string text;
    for (std::size_t at = 0; at + sizeof(Number) <= bytes.size(); at += sizeof(Number)) {
        Number number{};
        std::memcpy(&number, bytes.data() + at, sizeof number);
        text += fmt::format("{}{}", text.empty() ? "" : "\\", number);
    }
    return text;
}

}  // namespace

std::string extra_key_text(const Attribute& attribute, std::string_view value)
{
    switch (attribute.vr) {
    case Vr::US: return number_texts<std::uint16_t>(value);
    case Vr::SS: return number_texts<std::int16_t>(value);
    case Vr::UL: return number_texts<std::uint32_t>(value);
    case Vr::SL: return number_texts<std::int32_t>(value);
    case Vr::FL: return number_texts<float>(value);
    case Vr::FD: return number_texts<double>(value);
    default: return std::string{value};
    }
}

std::vector<Attribute> extra_attributes(Database& database)
{
    std::vector<Attribute> extras;
    for (const dicom::Tag tag : kept_tags(database)) {
        const Vr vr = dicom::vr_of(tag);
        if (find_attribute(tag) == nullptr && !tag.is_private() &&
            (is_binary_number(vr) || dicom::is_text(vr))) {
            extras.push_back({tag, dicom::QueryLevel::instance, Storage::extra, {}, vr});
        }
    }
    return extras;
}

std::string extra_expression(const Attribute& attribute)
{
    return fmt::format("(SELECT value FROM extra WHERE file = i.file AND tag = {})",
                       attribute.tag.value);
}

std::optional<Condition> extra_condition(const Key& key)
{
    const dicom::Matcher& matcher = key.matcher;
    if (matcher.kind == Kind::empty || matcher.kind == Kind::universal) {
        return std::nullopt;
    }
    Condition condition;
    condition.rank = 60;
    std::string which;
    const bool one = is_plain_text(key.attribute->vr) && matcher.values.size() == 1 &&
                     !matcher.ignore_case && !matcher.fuzzy;
    const std::string start =
        !one                             ? std::string{}
        : matcher.kind == Kind::wildcard ? dicom::wildcard_prefix(matcher.values.front())
        : matcher.kind == Kind::single || matcher.kind == Kind::list ? matcher.values.front()
                                                                     : std::string{};
    if (!start.empty()) {
        const bool whole = matcher.kind != Kind::wildcard;
        condition.rank = whole ? 35 : 41;
        which = whole ? " AND value = {}" : " AND value >= {} AND value < {}";
        condition.parameters.emplace_back(start);
        if (!whole) {
            condition.parameters.emplace_back(start + beyond);
        }
        // Those of several values may have it in any place.
        which += fmt::format(
            " UNION SELECT file FROM extra INDEXED BY extra_several WHERE tag = {} AND several = 1",
            key.attribute->tag.value);
    }
    condition.sql = fmt::format(
        "i.id IN (SELECT instance FROM file WHERE id IN (SELECT file FROM extra INDEXED BY "
        "extra_tag_value WHERE tag = {}{}))",
        key.attribute->tag.value, which);
    return condition;
}

std::vector<std::string> extra_values(const Attribute& attribute, std::string_view text)
{
    const bool numbers = is_binary_number(attribute.vr);
    const bool several = numbers || dicom::is_multi_valued_text(attribute.vr);
    if (numbers && text.starts_with('[')) {
        text = text.substr(1, text.size() - 2);
    }
    std::vector<std::string> values;
    while (!text.empty()) {
        const std::size_t end =
            several ? std::min(text.find(numbers ? ',' : '\\'), text.size()) : text.size();
        values.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return values;
}

std::string extra_element_value(const Attribute& attribute, std::string_view text)
{
    if (!is_binary_number(attribute.vr)) {
        return std::string{text};
    }
    std::string bytes;
    for (const std::string& number : extra_values(attribute, text)) {
        switch (attribute.vr) {
        case Vr::US: append_number<std::uint16_t>(bytes, number); break;
        case Vr::SS: append_number<std::int16_t>(bytes, number); break;
        case Vr::UL: append_number<std::uint32_t>(bytes, number); break;
        case Vr::SL: append_number<std::int32_t>(bytes, number); break;
        case Vr::FL: append_number<float>(bytes, number); break;
        default: append_number<double>(bytes, number); break;
        }
    }
    return bytes;
}

}  // namespace pacs::index
