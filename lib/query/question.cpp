#include "query/question.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/query_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pacs::query {

namespace {

using dicom::QueryKey;
using dicom::QueryLevel;
using dicom::QueryRoot;
using dicom::Tag;

constexpr std::array all_levels{QueryLevel::patient, QueryLevel::study, QueryLevel::series,
                                QueryLevel::instance};

Tag tag_of(std::string_view keyword)
{
    const auto entry = dicom::find_keyword(keyword);
    if (!entry) {
        throw Error(ErrorKind::bug, fmt::format("no attribute is called {}", keyword));
    }
    return entry->tag;
}

std::vector<Tag> tags_of(std::initializer_list<std::string_view> keywords)
{
    std::vector<Tag> tags;
    for (const std::string_view keyword : keywords) {
        tags.push_back(tag_of(keyword));
    }
    return tags;
}

std::vector<Tag> own_keys(QueryLevel level)
{
    switch (level) {
    case QueryLevel::patient:
        return tags_of({"PatientName", "PatientBirthDate", "PatientSex",
                        "NumberOfPatientRelatedStudies", "NumberOfPatientRelatedSeries",
                        "NumberOfPatientRelatedInstances"});
    case QueryLevel::study:
        return tags_of({"StudyDate", "StudyTime", "AccessionNumber", "StudyID", "StudyDescription",
                        "ReferringPhysicianName", "ModalitiesInStudy", "NumberOfStudyRelatedSeries",
                        "NumberOfStudyRelatedInstances"});
    case QueryLevel::series:
        return tags_of({"Modality", "SeriesNumber", "SeriesDescription", "SeriesDate", "SeriesTime",
                        "BodyPartExamined", "NumberOfSeriesRelatedInstances"});
    case QueryLevel::instance: return tags_of({"SOPClassUID", "InstanceNumber", "NumberOfFrames"});
    }
    return {};
}

std::vector<Tag> make_default_keys(QueryRoot root, QueryLevel level)
{
    std::vector<Tag> tags = own_keys(level);
    for (const QueryLevel upper : all_levels) {
        if (upper <= level && dicom::has_level(root, upper)) {
            tags.push_back(dicom::unique_key(upper));
        }
    }
    if (root == QueryRoot::study && level == QueryLevel::study) {
        const auto patient =
            tags_of({"PatientName", "PatientID", "PatientBirthDate", "PatientSex"});
        tags.insert(tags.end(), patient.begin(), patient.end());
    }
    return tags;
}

void add_all(std::vector<QueryKey>& keys, Tag tag, const std::vector<std::string>& values)
{
    for (const std::string& value : values) {
        keys.push_back(dicom::make_query_key(tag, value));
    }
}

std::string name_pattern(const std::string& name)
{
    return name.find_first_of("*?^=\\\"") == std::string::npos ? name + "*" : name;
}

std::string study_date(const Wishes& wishes, Day now)
{
    if (!wishes.since.empty() || !wishes.until.empty()) {
        if (!wishes.date.empty()) {
            throw Error(ErrorKind::usage,
                        "reading the dates: --date says the same as --since and --until; give one");
        }
        return date_span(wishes.since, wishes.until, now);
    }
    return wishes.date.empty() ? "" : date_span(wishes.date, now);
}

/// Everything but the modality, which is another attribute at each level.
std::vector<QueryKey> named_keys(const Wishes& wishes, Day now)
{
    std::vector<QueryKey> keys;
    for (const std::string& text : wishes.keys) {
        keys.push_back(dicom::parse_query_key(text));
    }
    add_all(keys, dicom::tags::study_instance_uid, wishes.study);
    add_all(keys, dicom::tags::series_instance_uid, wishes.series);
    add_all(keys, tag_of("AccessionNumber"), wishes.accession);
    add_all(keys, dicom::tags::patient_id, wishes.patient_id);
    if (!wishes.name.empty()) {
        add_all(keys, dicom::tags::patient_name, {name_pattern(wishes.name)});
    }
    if (const std::string date = study_date(wishes, now); !date.empty()) {
        add_all(keys, tag_of("StudyDate"), {date});
    }
    return keys;
}

QueryLevel parse_level_key(const std::string& value)
{
    const auto level = dicom::parse_level_value(value);
    if (!level) {
        throw Error(ErrorKind::usage,
                    fmt::format("reading the query: QueryRetrieveLevel \"{}\" is none",
                                log::printable(value)),
                    "levels are PATIENT, STUDY, SERIES and IMAGE; or use --level");
    }
    return *level;
}

/// Takes Query/Retrieve Level, which DCMTK's users write as a key, out of the keys.
std::optional<QueryLevel> take_level(std::vector<QueryKey>& keys)
{
    std::optional<QueryLevel> level;
    std::erase_if(keys, [&](const QueryKey& key) {
        if (key.path.front() != dicom::tags::query_retrieve_level) {
            return false;
        }
        level = key.value.empty() ? level : parse_level_key(key.value);
        return true;
    });
    return level;
}

void refuse_character_set(const std::vector<QueryKey>& keys)
{
    for (const QueryKey& key : keys) {
        if (key.path.front() == dicom::tags::specific_character_set && !key.value.empty()) {
            throw Error(ErrorKind::usage, "reading the query: SpecificCharacterSet is no key",
                        "choose the character set with --charset");
        }
    }
}

QueryLevel chosen_level(const Wishes& wishes, std::optional<QueryLevel> from_keys,
                        const dicom::DataSet& identifier)
{
    if (wishes.level && from_keys && *wishes.level != *from_keys) {
        throw Error(ErrorKind::usage,
                    "reading the query: --level and QueryRetrieveLevel say different things");
    }
    return wishes.level ? *wishes.level : from_keys.value_or(infer_level(identifier));
}

bool is_plain(const std::vector<QueryKey>& keys)
{
    return std::ranges::all_of(keys, [](const QueryKey& key) {
        return std::ranges::all_of(key.value,
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    });
}

dicom::CharacterSet charset_for(const std::vector<QueryKey>& keys,
                                const dicom::CharacterSet& charset)
{
    return charset.terms().empty() && !is_plain(keys) ? dicom::CharacterSet{"ISO_IR 192"} : charset;
}

std::string joined_terms(const dicom::CharacterSet& charset)
{
    std::string text;
    for (const std::string& term : charset.terms()) {
        text += (&term == &charset.terms().front() ? "" : "\\") + term;
    }
    return text;
}

/// PS3.4 C.4.1.3.1.1: without relational queries each level above is pinned by one unique key.
void check_upper_keys(const Question& question)
{
    for (const QueryLevel upper : all_levels) {
        if (upper >= question.level || !dicom::has_level(question.root, upper)) {
            continue;
        }
        const Tag tag = dicom::unique_key(upper);
        const std::string value = question.identifier.text(tag);
        if (value.empty() || value.find_first_of("\\*?") != std::string::npos) {
            throw Error(
                ErrorKind::usage,
                fmt::format("asking at {} level: needs one {} to look in",
                            dicom::level_name(question.level), dicom::name_of(tag)),
                fmt::format("name it, or add --relational to look in all (not every peer can)"));
        }
    }
}

/// A peer that follows the standard ignores or refuses such a key, so the answers may not be what
/// was meant.
void warn_of_foreign_keys(Question& question, const std::vector<QueryKey>& keys)
{
    for (const QueryKey& key : keys) {
        const auto level = dicom::level_of(key.path.front());
        const bool patient_at_study = level == QueryLevel::patient &&
                                      question.root == QueryRoot::study &&
                                      question.level == QueryLevel::study;
        if (!level || *level == question.level || patient_at_study || key.value.empty() ||
            key.tag() == dicom::unique_key(*level)) {
            continue;
        }
        question.warnings.push_back(
            fmt::format("{} belongs to the {} level: at {} level peers may ignore it", key.name(),
                        dicom::level_name(*level), dicom::level_name(question.level)));
    }
}

void put_all(dicom::DataSet& identifier, const std::vector<QueryKey>& keys,
             const dicom::CharacterSet& charset)
{
    for (const QueryKey& key : keys) {
        dicom::put_query_key(identifier, key, charset);
    }
}

std::vector<QueryKey> modality_keys(const Wishes& wishes, QueryLevel level)
{
    std::vector<QueryKey> keys;
    add_all(keys, tag_of(level <= QueryLevel::study ? "ModalitiesInStudy" : "Modality"),
            wishes.modality);
    return keys;
}

void put_default_keys(Question& question, bool unique_only)
{
    const std::vector<Tag> unique{dicom::unique_key(question.level)};
    for (const Tag tag : unique_only ? unique : default_keys(question.root, question.level)) {
        if (!question.identifier.has(tag)) {
            question.identifier.set_text(tag, "");
        }
    }
}

}  // namespace

QueryLevel infer_level(const dicom::DataSet& identifier)
{
    for (const QueryLevel level : {QueryLevel::instance, QueryLevel::series}) {
        if (!identifier.text(dicom::unique_key(level)).empty()) {
            return level;
        }
    }
    return QueryLevel::study;
}

const std::vector<Tag>& default_keys(QueryRoot root, QueryLevel level)
{
    static const auto table = [] {
        std::array<std::array<std::vector<Tag>, 4>, 2> keys;
        for (const QueryRoot each_root : {QueryRoot::patient, QueryRoot::study}) {
            for (const QueryLevel each_level : all_levels) {
                keys.at(static_cast<std::size_t>(each_root))
                    .at(static_cast<std::size_t>(each_level)) =
                    make_default_keys(each_root, each_level);
            }
        }
        return keys;
    }();
    return table.at(static_cast<std::size_t>(root)).at(static_cast<std::size_t>(level));
}

dicom::CharacterSet query_charset(const std::string& charset)
{
    dicom::CharacterSet set{charset};
    if (!set.known()) {
        throw Error(ErrorKind::usage,
                    fmt::format("reading the character set: \"{}\" is no defined term",
                                log::printable(charset)),
                    "terms look like \"ISO_IR 100\" or \"ISO_IR 192\" (PS3.3 C.12.1.1.2)");
    }
    return set;
}

Question make_question(const Wishes& wishes, const dicom::CharacterSet& charset, Day now)
{
    std::vector<QueryKey> keys = named_keys(wishes, now);
    const auto level_key = take_level(keys);
    refuse_character_set(keys);

    Question question;
    const dicom::CharacterSet encoding = charset_for(keys, charset);
    put_all(question.identifier, keys, encoding);
    question.level = chosen_level(wishes, level_key, question.identifier);
    question.root = wishes.patient_root || question.level == QueryLevel::patient
                        ? QueryRoot::patient
                        : QueryRoot::study;
    question.relational = wishes.relational;
    question.fuzzy = wishes.fuzzy;

    const std::vector<QueryKey> modality = modality_keys(wishes, question.level);
    put_all(question.identifier, modality, encoding);
    keys.insert(keys.end(), modality.begin(), modality.end());
    if (!question.relational) {
        check_upper_keys(question);
        warn_of_foreign_keys(question, keys);
    }
    put_default_keys(question, wishes.named_only);
    question.identifier.set_text(dicom::tags::query_retrieve_level,
                                 dicom::level_value(question.level));
    if (!encoding.terms().empty()) {
        question.identifier.set_text(dicom::tags::specific_character_set, joined_terms(encoding));
    }
    return question;
}

}  // namespace pacs::query
