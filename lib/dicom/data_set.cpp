#include "dicom/data_set.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/element_header.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace pacs::dicom {

namespace {

std::uint64_t little_endian(std::string_view bytes) noexcept
{
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = value << 8U | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

std::string little_endian(std::uint64_t value, std::size_t bytes)
{
    std::string result;
    for (; bytes > 0; --bytes, value >>= 8U) {
        result += static_cast<char>(value & 0xFFU);
    }
    return result;
}

std::optional<std::int64_t> parse_integer_string(std::string_view text) noexcept
{
    text = trimmed(text.substr(0, text.find('\\')), Vr::IS);
    if (text.starts_with('+') && !text.starts_with("+-")) {
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

bool is_signed(Vr vr) noexcept
{
    return vr == Vr::SS || vr == Vr::SL || vr == Vr::SV;
}

bool is_integer(Vr vr) noexcept
{
    return is_signed(vr) || vr == Vr::US || vr == Vr::UL || vr == Vr::UV;
}

std::optional<std::int64_t> first_integer(const Element& element) noexcept
{
    const std::size_t bytes = unit_bytes(element.vr);
    if (element.value.size() < bytes) {
        return std::nullopt;
    }
    const std::uint64_t raw = little_endian(std::string_view{element.value}.substr(0, bytes));
    if (is_signed(element.vr)) {
        const auto unused_bits = 64U - 8U * static_cast<unsigned>(bytes);
        return static_cast<std::int64_t>(raw << unused_bits) >> unused_bits;
    }
    const auto value = static_cast<std::int64_t>(raw);
    return value < 0 ? std::nullopt : std::optional{value};
}

}  // namespace

const Element* DataSet::find(Tag tag) const noexcept
{
    const auto found =
        std::lower_bound(elements_.begin(), elements_.end(), tag,
                         [](const Element& element, Tag wanted) { return element.tag < wanted; });
    return found != elements_.end() && found->tag == tag ? &*found : nullptr;
}

Element& DataSet::put(Element element)
{
    if (elements_.empty() || elements_.back().tag < element.tag) {
        return elements_.emplace_back(std::move(element));
    }
    const auto place =
        std::lower_bound(elements_.begin(), elements_.end(), element.tag,
                         [](const Element& present, Tag wanted) { return present.tag < wanted; });
    if (place->tag == element.tag) {
        *place = std::move(element);
        return *place;
    }
    return *elements_.insert(place, std::move(element));
}

void DataSet::erase(Tag tag)
{
    std::erase_if(elements_, [&](const Element& element) { return element.tag == tag; });
}

std::string DataSet::text(Tag tag) const
{
    const Element* element = find(tag);
    return element == nullptr ? std::string{} : std::string{trimmed(element->value, element->vr)};
}

std::vector<std::string> DataSet::texts(Tag tag) const
{
    const Element* element = find(tag);
    if (element == nullptr || trimmed(element->value, element->vr).empty()) {
        return {};
    }
    std::string_view rest = element->value;
    std::vector<std::string> values;
    while (is_multi_valued_text(element->vr) && rest.find('\\') != std::string_view::npos) {
        values.emplace_back(trimmed(rest.substr(0, rest.find('\\')), element->vr));
        rest.remove_prefix(rest.find('\\') + 1);
    }
    values.emplace_back(trimmed(rest, element->vr));
    return values;
}

std::optional<std::uint16_t> DataSet::u16(Tag tag) const
{
    const Element* element = find(tag);
    if (element == nullptr || element->value.size() < 2) {
        return std::nullopt;
    }
    return static_cast<std::uint16_t>(little_endian(std::string_view{element->value}.substr(0, 2)));
}

std::optional<std::uint32_t> DataSet::u32(Tag tag) const
{
    const Element* element = find(tag);
    if (element == nullptr || element->value.size() < 4) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(little_endian(std::string_view{element->value}.substr(0, 4)));
}

std::optional<std::int64_t> DataSet::integer(Tag tag) const
{
    const Element* element = find(tag);
    if (element == nullptr) {
        return std::nullopt;
    }
    if (is_integer(element->vr)) {
        return first_integer(*element);
    }
    return element->vr == Vr::IS ? parse_integer_string(element->value) : std::nullopt;
}

void DataSet::set_text(Tag tag, std::string_view text, Vr vr)
{
    Element element{tag, vr == Vr::none ? vr_of(tag) : vr, std::string{text}};
    if (element.value.size() % 2 != 0) {
        element.value += is_text(element.vr) && element.vr != Vr::UI ? ' ' : '\0';
    }
    put(std::move(element));
}

void DataSet::set_u16(Tag tag, std::uint16_t value)
{
    put(Element{tag, Vr::US, little_endian(value, 2)});
}

void DataSet::set_u32(Tag tag, std::uint32_t value)
{
    put(Element{tag, Vr::UL, little_endian(value, 4)});
}

}  // namespace pacs::dicom
