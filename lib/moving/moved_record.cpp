#include "moving/moved_record.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace pacs::moving {

namespace {

/// Members of our records: what the unit was found with is not repeated under these names.
constexpr std::array<std::string_view, 25> ours{"type",
                                                "outcome",
                                                "reason",
                                                "message",
                                                "status",
                                                "comment",
                                                "level",
                                                "node",
                                                "destination",
                                                "move_destination",
                                                "seconds",
                                                "attempts",
                                                "instances",
                                                "completed",
                                                "failed",
                                                "warning",
                                                "remaining",
                                                "failed_uids",
                                                "failed_uids_cut",
                                                "found",
                                                "missing",
                                                "SOPInstanceUID",
                                                "StudyInstanceUID",
                                                "SeriesInstanceUID",
                                                "truncated"};

void add_text(JsonLine& line, std::string_view name, const std::string& text)
{
    if (!text.empty()) {
        line.add(name, text);
    }
}

template <typename Number>
void add_number(JsonLine& line, std::string_view name, const std::optional<Number>& number)
{
    if (number) {
        line.add(name, *number);
    }
}

void add_unit(JsonLine& line, const Parties& parties, const Unit& unit)
{
    line.add("level", dicom::level_name(unit.level)).add("StudyInstanceUID", unit.study);
    add_text(line, "SeriesInstanceUID", unit.series);
    if (!unit.instances.empty()) {
        line.add("SOPInstanceUID", unit.instances);
    }
    line.add("node", parties.node)
        .add("destination", parties.destination)
        .add("move_destination", parties.title);
    add_number(line, "instances", unit.expected);
}

void add_members(JsonLine& line, const Unit& unit)
{
    for (const stream::Member& member : unit.members) {
        if (std::ranges::find(ours, member.name) == ours.end()) {
            line.add_raw(member.name, member.json);
        }
    }
}

void add_judgement(JsonLine& line, const Judgement& judgement)
{
    add_text(line, "reason", judgement.reason);
    add_text(line, "message", judgement.message);
}

void add_result(JsonLine& line, const Evidence& evidence)
{
    const net::RetrieveResult& result = evidence.result;
    add_number(line, "completed", result.counts.completed);
    add_number(line, "failed", result.counts.failed);
    add_number(line, "warning", result.counts.warning);
    add_number(line, "remaining", result.counts.remaining);
    if (!result.failed_uids.empty()) {
        line.add("failed_uids", result.failed_uids);
    }
    if (result.failed_uids_unreadable) {
        line.add("failed_uids_cut", true);
    }
    if (evidence.verification) {
        line.add("found", evidence.verification->found)
            .add("missing", evidence.verification->missing.size());
    }
}

}  // namespace

JsonLine moved_record(const Parties& parties, const Unit& unit, const Judgement& judgement,
                      const Evidence& evidence, unsigned attempts, double seconds)
{
    JsonLine line{"moved", judgement.outcome};
    add_judgement(line, judgement);
    if (!evidence.fault && attempts > 0) {
        line.add("status", evidence.result.status.hex());
        add_text(line, "comment", evidence.result.comment);
    }
    add_unit(line, parties, unit);
    add_result(line, evidence);
    line.add("seconds", seconds).add("attempts", attempts);
    add_members(line, unit);
    return line;
}

JsonLine planned_record(const Parties& parties, const Unit& unit)
{
    JsonLine line{"planned", Outcome::ok};
    add_unit(line, parties, unit);
    add_members(line, unit);
    return line;
}

JsonLine passed_over_record(const Parties& parties, const Unit& unit, const Judgement& judgement)
{
    JsonLine line{"moved", judgement.outcome};
    add_judgement(line, judgement);
    add_unit(line, parties, unit);
    add_members(line, unit);
    return line;
}

JsonLine missing_record(const Parties& parties, const Unit& unit, const Instance& instance)
{
    JsonLine line{"instance", Outcome::failed};
    line.add("reason", "missing")
        .add("message", "the destination does not have it")
        .add("StudyInstanceUID", unit.study)
        .add("SeriesInstanceUID", instance.series)
        .add("SOPInstanceUID", instance.uid)
        .add("node", parties.node)
        .add("destination", parties.destination);
    return line;
}

std::string key_of_moved(const stream::Record& record, const Parties& parties)
{
    const auto level = dicom::parse_level_name(record.get("level"));
    const std::string outcome = record.get("outcome");
    const bool moved = outcome == "ok" || outcome == "warning" || outcome == "skipped";
    if (record.get("type") != "moved" || !level || !moved || record.get("node") != parties.node ||
        record.get("destination") != parties.destination) {
        return {};
    }
    Unit unit;
    unit.study = record.get("StudyInstanceUID");
    if (*level >= dicom::QueryLevel::series) {
        unit.series = record.get("SeriesInstanceUID");
    }
    if (*level == dicom::QueryLevel::instance) {
        unit.instances = uids_of(record, "SOPInstanceUID");
    }
    return key_of(unit);
}

std::vector<Column> moved_columns()
{
    return {{"outcome", "OUTCOME", 7},           {"reason", "REASON", 14},
            {"instances", "INSTANCES", 9, true}, {"completed", "MOVED", 6, true},
            {"failed", "FAILED", 6, true},       {"missing", "MISSING", 7, true},
            {"StudyInstanceUID", "STUDY"}};
}

}  // namespace pacs::moving
