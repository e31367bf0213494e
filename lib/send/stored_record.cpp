#include "send/stored_record.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace pacs::send {

namespace {

/// Members of `stored` records: what comes with an item is not repeated under these names.
constexpr std::array<std::string_view, 22> ours{
    "type",          "outcome",        "reason",           "message",
    "status",        "path",           "member",           "size",
    "node",          "seconds",        "transfer_syntax",  "converted_from",
    "decoded_lossy", "attempts",       "repaired",         "set",
    "SOPClassUID",   "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID",
    "sha256",        "http_status"};

void add_text(JsonLine& line, std::string_view name, const std::string& text)
{
    if (!text.empty()) {
        line.add(name, text);
    }
}

void add_place(JsonLine& line, const stream::Item& item)
{
    add_text(line, "path", item.path);
    if (item.path.empty()) {
        add_text(line, "member", item.name);
    }
}

/// `all`: also those that this run would have said itself, had it come so far.
void add_members(JsonLine& line, const std::vector<stream::Member>& members, bool all)
{
    constexpr std::array<std::string_view, 7> said{"type", "outcome", "reason", "message",
                                                   "path", "member",  "node"};
    for (const stream::Member& member : members) {
        const bool taken = all ? std::find(said.begin(), said.end(), member.name) != said.end()
                               : std::find(ours.begin(), ours.end(), member.name) != ours.end();
        if (!taken) {
            line.add_raw(member.name, member.json);
        }
    }
}

void add_uids(JsonLine& line, const RecordStyle& style, const stream::ObjectHead& head)
{
    const auto now = [&style](dicom::Tag tag, const std::string& value) {
        const std::string* set =
            style.coercion == nullptr ? nullptr : style.coercion->value_of(tag);
        return set == nullptr ? value : *set;
    };
    line.add("SOPClassUID", head.sop_class_uid).add("SOPInstanceUID", head.sop_instance_uid);
    add_text(line, "StudyInstanceUID",
             now(dicom::tags::study_instance_uid, head.study_instance_uid));
    add_text(line, "SeriesInstanceUID",
             now(dicom::tags::series_instance_uid, head.series_instance_uid));
}

}  // namespace

JsonLine stored_record(const RecordStyle& style, const Parcel& parcel, const Report& report)
{
    JsonLine line{style.type, report.outcome};
    add_text(line, "reason", report.reason);
    add_text(line, "message", report.message);
    if (report.status) {
        line.add("status", report.status->hex());
    }
    if (report.http_status) {
        line.add("http_status", *report.http_status);
    }
    add_place(line, parcel.item);
    add_uids(line, style, parcel.head);
    line.add("size", parcel.content.size()).add("node", style.node);
    if (parcel.attempts > 0) {
        const std::chrono::duration<double> took = Parcel::Clock::now() - parcel.first_tried;
        line.add("seconds", took.count()).add("attempts", parcel.attempts);
    }
    add_text(line, "transfer_syntax", report.transfer_syntax);
    if (report.converted) {
        line.add("converted_from", parcel.head.file.syntax.uid());
    }
    if (report.decoded_lossy) {
        line.add("decoded_lossy", true);
    }
    if (parcel.head.file.repaired()) {
        line.add("repaired", true);
    }
    if (style.coercion != nullptr && !style.coercion->empty()) {
        line.add_raw("set", style.coercion->json());
    }
    add_members(line, parcel.item.members, false);
    return line;
}

JsonLine item_record(const RecordStyle& style, const stream::Item& item)
{
    JsonLine line{style.type,
                  item.state == stream::Item::State::failed ? Outcome::failed : Outcome::skipped};
    add_text(line, "reason", item.reason);
    add_text(line, "message", item.message);
    add_place(line, item);
    line.add("node", style.node);
    add_members(line, item.members, true);
    return line;
}

std::vector<Column> stored_columns()
{
    return {{"outcome", "OUTCOME", 7},
            {"reason", "REASON", 16},
            {"SOPInstanceUID", "INSTANCE", 64},
            {"path", "PATH"}};
}

}  // namespace pacs::send
