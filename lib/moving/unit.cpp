#include "moving/unit.hpp"

#include "dicom/uid.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace pacs::moving {

namespace {

using dicom::QueryLevel;

const stream::Member* member_of(const stream::Record& record, std::string_view name)
{
    const auto found = std::ranges::find(record.members, name, &stream::Member::name);
    return found == record.members.end() ? nullptr : &*found;
}

/// A count, which a record has as a number or as text.
std::optional<std::uint64_t> count_of(const stream::Record& record, std::string_view name)
{
    const stream::Member* member = member_of(record, name);
    if (member == nullptr) {
        return std::nullopt;
    }
    std::string_view text = member->json;
    text.remove_prefix(text.starts_with('"') ? 1 : 0);
    text.remove_suffix(text.ends_with('"') ? 1 : 0);
    constexpr std::size_t most_digits = 12;  // of an IS
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && text.size() <= most_digits ? std::optional{value} : std::nullopt;
}

bool all_uids(const std::vector<std::string>& words)
{
    return !words.empty() && std::ranges::all_of(words, dicom::is_valid_uid);
}

}  // namespace

/// UIDs need no escapes, so quotes part them.
std::vector<std::string> uids_of(const stream::Record& record, std::string_view name)
{
    std::vector<std::string> uids;
    const stream::Member* member = member_of(record, name);
    std::string_view rest = member == nullptr ? std::string_view{} : member->json;
    while (true) {
        const auto begin = rest.find('"');
        const auto end = begin == std::string_view::npos ? begin : rest.find('"', begin + 1);
        if (end == std::string_view::npos) {
            return uids;
        }
        uids.emplace_back(rest.substr(begin + 1, end - begin - 1));
        rest.remove_prefix(end + 1);
    }
}

std::optional<Unit> read_unit(const stream::Record& record)
{
    const auto level = dicom::parse_level_name(record.get("type"));
    if (!level || *level == QueryLevel::patient) {
        return std::nullopt;
    }
    Unit unit;
    unit.level = *level;
    unit.patient_id = record.get("PatientID");
    unit.study = record.get("StudyInstanceUID");
    bool named = dicom::is_valid_uid(unit.study);
    if (*level >= QueryLevel::series) {
        unit.series = record.get("SeriesInstanceUID");
        named = named && dicom::is_valid_uid(unit.series);
    }
    switch (*level) {
    case QueryLevel::instance:
        unit.instances = uids_of(record, "SOPInstanceUID");
        named = named && all_uids(unit.instances);
        unit.expected = unit.instances.size();
        break;
    case QueryLevel::series:
        unit.expected = count_of(record, "NumberOfSeriesRelatedInstances");
        break;
    default: unit.expected = count_of(record, "NumberOfStudyRelatedInstances");
    }
    unit.members = record.members;
    return named ? std::optional{std::move(unit)} : std::nullopt;
}

std::string key_of(const Unit& unit)
{
    return fmt::format("{}/{}/{}", unit.study, unit.series, fmt::join(unit.instances, "\\"));
}

query::Question question_of(const Unit& unit, bool patient_root)
{
    query::Wishes wishes;
    wishes.level = unit.level;
    wishes.named_only = true;
    wishes.patient_root = patient_root;
    if (patient_root) {
        wishes.patient_id = {unit.patient_id};
    }
    wishes.study = {unit.study};
    if (!unit.series.empty()) {
        wishes.series = {unit.series};
    }
    for (const std::string& uid : unit.instances) {
        wishes.keys.push_back("SOPInstanceUID=" + uid);
    }
    return query::make_question(wishes, dicom::CharacterSet{}, query::today());
}

}  // namespace pacs::moving
