#include "dicom/query_key.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/matching.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <utility>

namespace pacs::dicom {

namespace {

[[noreturn]] void refuse(std::string_view key, std::string_view reason, std::string hint = {})
{
    throw Error(ErrorKind::usage,
                fmt::format("reading query key \"{}\": {}", log::printable(key), reason),
                std::move(hint));
}

/// The tag of one step of a path; "[0]", the one item a query may have, is dropped.
Tag parse_step(std::string_view step, std::string_view key)
{
    if (step.ends_with("[0]")) {
        step.remove_suffix(3);
    }
    const auto tag = parse_tag(step);
    if (!tag) {
        refuse(key, fmt::format("\"{}\" is no keyword and no tag", log::printable(step)),
               "keywords are those of PS3.6 (PatientName), tags look like 0010,0010");
    }
    if (tag->group() == 0x0000 || tag->group() == 0x0002 || tag->group() == 0xFFFE) {
        refuse(key, fmt::format("{} is never part of an identifier", tag->formatted()));
    }
    return *tag;
}

std::vector<Tag> parse_path(std::string_view path, std::string_view key)
{
    std::vector<Tag> tags;
    for (;;) {
        const auto dot = path.find('.');
        tags.push_back(parse_step(path.substr(0, dot), key));
        if (dot == std::string_view::npos) {
            return tags;
        }
        if (vr_of(tags.back()) != Vr::SQ) {
            refuse(key, fmt::format("{} is not a sequence", name_of(tags.back())));
        }
        path.remove_prefix(dot + 1);
    }
}

/// Where the standard lets a key of numbers be one at all: plain values, no wildcards.
template <typename T>
std::string packed(std::string_view text)
{
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return {};
    }
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

std::string packed_tag(std::string_view text)
{
    const auto tag = parse_tag(text);
    if (!tag) {
        return {};
    }
    std::string bytes(4, '\0');
    const std::uint16_t halves[] = {tag->group(), tag->element()};
    std::memcpy(bytes.data(), halves, sizeof halves);
    return bytes;
}

using Packer = std::string (*)(std::string_view);

Packer packer_of(Vr vr)
{
    switch (vr) {
    case Vr::AT: return packed_tag;
    case Vr::US: return packed<std::uint16_t>;
    case Vr::SS: return packed<std::int16_t>;
    case Vr::UL: return packed<std::uint32_t>;
    case Vr::SL: return packed<std::int32_t>;
    case Vr::UV: return packed<std::uint64_t>;
    case Vr::SV: return packed<std::int64_t>;
    case Vr::FL: return packed<float>;
    case Vr::FD: return packed<double>;
    default: return nullptr;
    }
}

/// The binary values of "1\2", or nothing when one of them is no number of that VR.
std::optional<std::string> packed_values(std::string_view text, Packer pack)
{
    std::string bytes;
    for (;;) {
        const auto cut = text.find('\\');
        const std::string one = pack(text.substr(0, cut));
        if (one.empty()) {
            return std::nullopt;
        }
        bytes += one;
        if (cut == std::string_view::npos) {
            return bytes;
        }
        text.remove_prefix(cut + 1);
    }
}

/// A list of UIDs, of which each may be the keyword of one.
std::string with_uids(std::string_view list)
{
    std::string uids;
    for (;;) {
        const auto cut = list.find('\\');
        uids += uid_of(list.substr(0, cut));
        if (cut == std::string_view::npos) {
            return uids;
        }
        uids += '\\';
        list.remove_prefix(cut + 1);
    }
}

void check_value(const QueryKey& key)
{
    if (key.value.empty()) {
        return;
    }
    if (key.vr == Vr::SQ) {
        refuse(key.name(), "a sequence has no value of its own",
               "name an attribute inside it: " + key.name() + ".KEYWORD=VALUE");
    }
    if (const Packer pack = packer_of(key.vr)) {
        if (!packed_values(key.value, pack)) {
            refuse(key.name(), fmt::format("\"{}\" is no value of VR {}", log::printable(key.value),
                                           to_string(key.vr)));
        }
        return;
    }
    if (key.vr == Vr::UN) {
        return;  // private, or of a dictionary to come: the peer knows what it means
    }
    try {
        make_matcher(key.vr, key.value);
    } catch (const Error& error) {
        refuse(key.name(), error.what(), error.hint());
    }
}

std::string encoded(const QueryKey& key, const CharacterSet& charset)
{
    if (const Packer pack = packer_of(key.vr)) {
        return packed_values(key.value, pack).value_or("");
    }
    if (!has_character_set(key.vr)) {
        return key.value;
    }
    auto bytes = charset.from_utf8(key.value, key.vr == Vr::PN);
    if (!bytes) {
        refuse(key.name(), "the value has characters that the character set of the query lacks",
               "ask in UTF-8 with --charset \"ISO_IR 192\", or in the set of the peer");
    }
    return std::move(*bytes);
}

/// The one item of a sequence key, made where there is none; PS3.4 C.2.2.2.6.
DataSet& item_of(DataSet& data_set, Tag sequence)
{
    const Element* present = data_set.find(sequence);
    Element element = present != nullptr ? *present : Element{sequence, Vr::SQ, ""};
    if (element.items.empty()) {
        element.items.emplace_back();
    }
    return data_set.put(std::move(element)).items.front();
}

}  // namespace

std::string QueryKey::name() const
{
    std::string text;
    for (const Tag step : path) {
        text += (text.empty() ? "" : ".") + name_of(step);
    }
    return text;
}

QueryKey parse_query_key(std::string_view text)
{
    const auto equals = text.find('=');
    QueryKey key;
    key.path = parse_path(text.substr(0, equals), text);
    key.vr = vr_of(key.tag());
    if (equals != std::string_view::npos) {
        key.value = text.substr(equals + 1);
    }
    if (key.vr == Vr::UI) {
        key.value = with_uids(key.value);
    }
    check_value(key);
    return key;
}

QueryKey make_query_key(Tag tag, std::string_view value)
{
    QueryKey key{{tag}, vr_of(tag), std::string{value}};
    check_value(key);
    return key;
}

void put_query_key(DataSet& identifier, const QueryKey& key, const CharacterSet& charset)
{
    DataSet* level = &identifier;
    for (std::size_t step = 0; step + 1 < key.path.size(); ++step) {
        level = &item_of(*level, key.path[step]);
    }
    const Element* present = level->find(key.tag());
    if (present != nullptr && key.value.empty()) {
        return;
    }
    std::string bytes = encoded(key, charset);
    if (present != nullptr && !present->value.empty()) {
        const bool binary = packer_of(key.vr) != nullptr;
        bytes = level->text(key.tag()) + (binary ? "" : "\\") + bytes;
    }
    if (packer_of(key.vr) != nullptr || !is_text(key.vr)) {
        level->put(Element{key.tag(), key.vr, std::move(bytes)});
    } else {
        level->set_text(key.tag(), bytes, key.vr);
    }
}

}  // namespace pacs::dicom
