#include "index/record.hpp"

#include "base/utf8.hpp"
#include "dicom/charset.hpp"
#include "index/attributes.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace pacs::index {

namespace {

using dicom::Tag;
using dicom::Vr;

constexpr std::size_t text_limit_bytes = 1024;
constexpr std::size_t comment_limit_bytes = 10'240;  // LT, PS3.5 6.2

/// At most `limit` bytes, never half a character.
std::string cut(std::string text, std::size_t limit)
{
    if (text.size() > limit) {
        std::size_t end = limit;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        text.resize(end);
    }
    return text;
}

/// "20240131", also from the "2024.01.31" of ACR-NEMA (PS3.5 6.2, note to DA); else nullopt.
std::optional<std::string> date_of(std::string value)
{
    std::erase(value, '.');
    const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
    return value.size() == 8 && digits ? std::optional{value} : std::nullopt;
}

/// "101500.25", also from "10:15:00.25"; else nullopt.
std::optional<std::string> time_of(std::string value)
{
    std::erase(value, ':');
    const std::size_t point = std::min(value.find('.'), value.size());
    const bool digits = value.find_first_not_of("0123456789.") == std::string::npos;
    const bool whole = point >= 2 && point <= 6 && point % 2 == 0;
    return digits && whole && value.size() <= 13 ? std::optional{value} : std::nullopt;
}

std::optional<std::string> number_of(const dicom::DataSet& header, Tag tag)
{
    const std::optional<std::int64_t> number = header.integer(tag);
    return number ? std::optional{std::to_string(*number)} : std::nullopt;
}

std::optional<std::string> value_of(const dicom::DataSet& header, const Attribute& attribute,
                                    const dicom::CharacterSet& charset)
{
    switch (attribute.storage) {
    case Storage::integer: return number_of(header, attribute.tag);
    case Storage::date: return date_of(header.text(attribute.tag));
    case Storage::time: return time_of(header.text(attribute.tag));
    case Storage::text:
    case Storage::name:
        if (has_character_set(attribute.vr)) {
            return cut(charset.to_utf8(header.text(attribute.tag), attribute.vr == Vr::PN).utf8,
                       attribute.vr == Vr::LT ? comment_limit_bytes : text_limit_bytes);
        }
        [[fallthrough]];
    case Storage::uid:
    case Storage::registered:
        return cut(dicom::CharacterSet{}.to_utf8(header.text(attribute.tag)).utf8,
                   text_limit_bytes);
    default: return std::nullopt;
    }
}

Values values_of(const dicom::DataSet& header, std::span<const Attribute> wanted,
                 const dicom::CharacterSet& charset)
{
    Values values;
    values.reserve(header.elements().size());
    for (const Attribute& attribute : wanted) {
        if (!header.has(attribute.tag)) {
            continue;
        }
        if (auto value = value_of(header, attribute, charset); value && !value->empty()) {
            values[attribute.tag] = std::move(*value);
        }
    }
    return values;
}

std::vector<Values> requests_of(const dicom::DataSet& header, const dicom::CharacterSet& charset)
{
    constexpr std::size_t limit = 100;
    std::vector<Values> requests;
    const dicom::Element* sequence = header.find(Tag{0x0040, 0x0275});
    if (sequence == nullptr) {
        return requests;
    }
    for (const dicom::DataSet& item : sequence->items) {
        if (auto values = values_of(item, request_attributes(), charset);
            !values.empty() && requests.size() < limit) {
            requests.push_back(std::move(values));
        }
    }
    return requests;
}

/// FNV-1a; only compared with numbers of its own making.
class Hash {
public:
    void add(std::string_view bytes) noexcept
    {
        for (const char c : bytes) {
            value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3U;
        }
        value_ = (value_ ^ 0xFFU) * 0x100'0000'01B3U;  // never part of UTF-8: values stay apart
    }
    std::int64_t value() const noexcept { return static_cast<std::int64_t>(value_); }

private:
    std::uint64_t value_ = 0xCBF2'9CE4'8422'2325U;
};

void say(InstanceRecord& record)
{
    Hash study;
    Hash series;
    for (const auto& [tag, value] : record.values) {
        const Attribute* const attribute = find_attribute(tag);
        if (attribute->level == dicom::QueryLevel::instance) {
            continue;
        }
        Hash& hash = attribute->level == dicom::QueryLevel::series ? series : study;
        hash.add({reinterpret_cast<const char*>(&tag.value), sizeof tag.value});
        hash.add(value);
    }
    for (const auto& request : record.requests) {
        series.add("item");
        for (const auto& [tag, value] : request) {
            series.add({reinterpret_cast<const char*>(&tag.value), sizeof tag.value});
            series.add(value);
        }
    }
    record.study_said = study.value();
    record.series_said = series.value();
}

}  // namespace

InstanceRecord record_of(const dicom::DataSet& header)
{
    const dicom::CharacterSet charset{header.text(dicom::tags::specific_character_set)};
    InstanceRecord record;
    record.study_uid = header.text(dicom::tags::study_instance_uid);
    record.series_uid = header.text(dicom::tags::series_instance_uid);
    record.instance_uid = header.text(dicom::tags::sop_instance_uid);
    record.class_uid = header.text(dicom::tags::sop_class_uid);
    record.values = values_of(header, attributes(), charset);
    record.requests = requests_of(header, charset);
    say(record);
    return record;
}

}  // namespace pacs::index
