#include "index/query.hpp"

#include "base/error.hpp"
#include "dicom/charset.hpp"
#include "dicom/dictionary.hpp"
#include "index/extras.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace pacs::index {

namespace {

using dicom::Matcher;
using dicom::QueryLevel;
using dicom::Tag;

constexpr std::size_t key_limit = 1000;
constexpr std::size_t list_limit = 32'768;
constexpr std::size_t pattern_limit = 100;
constexpr std::size_t pattern_limit_bytes = 1024;

[[noreturn]] void fail(const std::string& reason)
{
    throw Error(ErrorKind::data, "understanding a query: " + reason);
}

/// Says how the identifier is to be read, or is answered by the service and not by the index.
bool passed_over(Tag tag)
{
    constexpr std::array tags{Tag{0x0008, 0x0005}, Tag{0x0008, 0x0052}, Tag{0x0008, 0x0054},
                              Tag{0x0008, 0x0201}};
    return tag.group() <= 0x0006 || tag.element() == 0 ||
           std::ranges::find(tags, tag) != tags.end();
}

void require_bounded(const Matcher& matcher, Tag tag)
{
    const bool patterns = matcher.kind == Matcher::Kind::wildcard;
    const bool longer = std::ranges::any_of(matcher.values, [](const std::string& value) {
        return value.size() > pattern_limit_bytes;
    });
    if (matcher.values.size() > (patterns ? pattern_limit : list_limit) || longer) {
        fail(dicom::name_of(tag) + " has too many or too long values");
    }
}

Matcher matcher_of(const dicom::Element& element, const Attribute& attribute,
                   const dicom::CharacterSet& charset, const QueryOptions& options)
{
    if (!attribute.matched) {
        return {};
    }
    const bool extra = attribute.storage == Storage::extra && !dicom::is_text(attribute.vr);
    const std::string text =
        extra ? extra_key_text(attribute, element.value)
              : charset.to_utf8(element.value, attribute.vr == dicom::Vr::PN).utf8;
    Matcher matcher;
    try {
        matcher = dicom::make_matcher(attribute.vr, text, {.fuzzy = options.fuzzy});
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) {
            throw;
        }
        // Its own words hold the value, which may name a patient.
        fail(fmt::format("{} has a value that can be no key of VR {}", dicom::name_of(element.tag),
                         dicom::to_string(attribute.vr)));
    }
    require_bounded(matcher, element.tag);
    return matcher;
}

/// An attribute that is returned but never matched, with a value.
bool is_unmatched_value(const dicom::Element& element, const Attribute& attribute)
{
    return !attribute.matched &&
           element.value.find_first_not_of(std::string{" *\0", 3}) != std::string::npos;
}

std::vector<Key> item_keys(const dicom::Element& sequence, const dicom::CharacterSet& charset,
                           const QueryOptions& options, Query& query)
{
    std::vector<Key> keys;
    if (sequence.items.size() > 1) {
        fail(dicom::name_of(sequence.tag) + " has more than one item");
    }
    if (sequence.items.empty()) {
        for (const Attribute& attribute : request_attributes()) {
            keys.push_back({&attribute, {}, {}});
        }
        return keys;
    }
    for (const dicom::Element& element : sequence.items.front().elements()) {
        const auto known = request_attributes();
        const auto found = std::ranges::find(known, element.tag, &Attribute::tag);
        if (found == known.end()) {
            query.unsupported.push_back(element.tag);
        } else {
            keys.push_back({&*found, matcher_of(element, *found, charset, options), {}});
        }
    }
    return keys;
}

void add_key(Query& query, const dicom::Element& element, const dicom::CharacterSet& charset,
             const QueryOptions& options)
{
    const Attribute* attribute = find_attribute(element.tag);
    if (attribute == nullptr) {
        const auto extra = std::ranges::find(options.extras, element.tag, &Attribute::tag);
        attribute = extra == options.extras.end() ? nullptr : &*extra;
    }
    if (attribute == nullptr || attribute->level > query.level) {
        query.unsupported.push_back(element.tag);
        return;
    }
    if (is_unmatched_value(element, *attribute)) {
        query.unsupported.push_back(element.tag);
    }
    Key key{attribute, {}, {}};
    if (attribute->storage == Storage::requests) {
        key.items = item_keys(element, charset, options, query);
    } else {
        key.matcher = matcher_of(element, *attribute, charset, options);
    }
    query.keys.push_back(std::move(key));
}

QueryLevel level_of(dicom::QueryRoot root, const dicom::DataSet& identifier)
{
    const Tag tag = dicom::tags::query_retrieve_level;
    if (!identifier.has(tag)) {
        fail("it has no Query/Retrieve Level");
    }
    const auto level = dicom::parse_level_value(identifier.text(tag));
    if (!level || !dicom::has_level(root, *level)) {
        fail("its Query/Retrieve Level is none of its information model");
    }
    return *level;
}

/// PS3.4 C.4.1.2.1: without relational queries each level above is named by one unique key.
void require_unique_keys(const Query& query)
{
    for (auto level = dicom::top_level(query.root); level < query.level;
         level = static_cast<QueryLevel>(static_cast<int>(level) + 1)) {
        const Tag tag = dicom::unique_key(level);
        const auto key = std::ranges::find_if(
            query.keys, [tag](const Key& each) { return each.attribute->tag == tag; });
        if (key == query.keys.end() || key->matcher.kind != Matcher::Kind::single ||
            key->matcher.values.size() != 1) {
            fail(
                fmt::format("{} must have a single value at level {} (relational queries were not "
                            "negotiated)",
                            dicom::name_of(tag), dicom::level_value(query.level)));
        }
    }
}

}  // namespace

Query parse_query(dicom::QueryRoot root, const dicom::DataSet& identifier,
                  const QueryOptions& options)
{
    Query query;
    query.root = root;
    query.level = level_of(root, identifier);
    query.combined_date_time = options.combined_date_time;
    if (identifier.elements().size() > key_limit) {
        fail(fmt::format("it has more than {} keys", key_limit));
    }
    const dicom::CharacterSet charset{identifier.text(dicom::tags::specific_character_set)};
    for (const dicom::Element& element : identifier.elements()) {
        if (!passed_over(element.tag)) {
            add_key(query, element, charset, options);
        }
    }
    if (!options.relational) {
        require_unique_keys(query);
    }
    return query;
}

}  // namespace pacs::index
