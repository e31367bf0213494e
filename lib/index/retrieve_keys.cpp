#include "index/retrieve_keys.hpp"

#include "base/error.hpp"
#include "dicom/charset.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace pacs::index {

namespace {

using dicom::QueryLevel;
using dicom::Tag;

constexpr std::size_t list_limit = 32'768;
constexpr std::size_t longest_patient_id = 1024;
constexpr Tag issuer_tag{0x0010, 0x0021};
constexpr std::array levels{QueryLevel::patient, QueryLevel::study, QueryLevel::series,
                            QueryLevel::instance};

[[noreturn]] void fail(const std::string& reason)
{
    throw Error(ErrorKind::data, "understanding a retrieval: " + reason);
}

QueryLevel level_of(dicom::QueryRoot root, const dicom::DataSet& identifier)
{
    const auto level = dicom::parse_level_value(identifier.text(dicom::tags::query_retrieve_level));
    if (!level || !dicom::has_level(root, *level)) {
        fail("its Query/Retrieve Level is none of its information model");
    }
    return *level;
}

/// The values of a key that are not empty, in UTF-8.
std::vector<std::string> values_of(const dicom::DataSet& identifier, Tag tag)
{
    std::vector<std::string> values = identifier.texts(tag);
    std::erase(values, std::string{});
    const dicom::CharacterSet charset{identifier.text(dicom::tags::specific_character_set)};
    for (std::string& value : values) {
        value = charset.to_utf8(value, false).utf8;
    }
    return values;
}

void check(Tag tag, const std::vector<std::string>& values)
{
    const bool uids = tag != dicom::tags::patient_id && tag != issuer_tag;
    if (values.size() > (uids ? list_limit : 1)) {
        fail(fmt::format("{} has too many values", dicom::name_of(tag)));
    }
    for (const std::string& value : values) {
        const bool usable = uids ? dicom::is_valid_uid(value)
                                 : value.find_first_of("*?") == std::string::npos &&
                                       value.size() <= longest_patient_id;
        if (!usable) {
            // Its own words may name a patient.
            fail(fmt::format("{} has a value that names nothing", dicom::name_of(tag)));
        }
    }
}

std::string single(const dicom::DataSet& identifier, Tag tag)
{
    const auto values = values_of(identifier, tag);
    check(tag, values);
    if (values.size() > 1) {
        fail(fmt::format("{} of a level above has more than one value", dicom::name_of(tag)));
    }
    return values.empty() ? std::string{} : values.front();
}

std::string& key_above(RetrieveKeys& keys, QueryLevel level)
{
    return level == QueryLevel::patient ? keys.patient_id
           : level == QueryLevel::study ? keys.study_uid
                                        : keys.series_uid;
}

std::vector<std::string> values_at(const dicom::DataSet& identifier, QueryLevel level)
{
    const Tag tag = dicom::unique_key(level);
    auto values = values_of(identifier, tag);
    check(tag, values);
    if (values.empty()) {
        fail(fmt::format("{} must have a value at level {}", dicom::name_of(tag),
                         dicom::level_value(level)));
    }
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

}  // namespace

RetrieveKeys parse_retrieve_keys(dicom::QueryRoot root, const dicom::DataSet& identifier,
                                 bool relational)
{
    RetrieveKeys keys;
    keys.level = level_of(root, identifier);
    keys.values = values_at(identifier, keys.level);
    keys.issuer_of_patient_id = single(identifier, issuer_tag);
    for (const QueryLevel level : levels) {
        const Tag tag = dicom::unique_key(level);
        if (level < keys.level) {
            key_above(keys, level) = single(identifier, tag);
            if (key_above(keys, level).empty() && dicom::has_level(root, level) && !relational) {
                fail(
                    fmt::format("{} must have a single value at level {} (relational retrieval "
                                "was not negotiated)",
                                dicom::name_of(tag), dicom::level_value(keys.level)));
            }
        } else if (level > keys.level && !values_of(identifier, tag).empty()) {
            fail(fmt::format("{} has a value, which is below level {}", dicom::name_of(tag),
                             dicom::level_value(keys.level)));
        }
    }
    return keys;
}

}  // namespace pacs::index
