#include "scan/scan_record.hpp"

#include "stream/path_member.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pacs::scan {

namespace {

/// Members that the records of a scan have themselves: what comes with an item is not repeated
/// under these names, nor under those of attributes.
constexpr std::array<std::string_view, 18> ours{
    "type",        "outcome",        "reason",          "message", "path",
    "path_base64", "archive_base64", "archive",         "member",  "change",
    "size",        "modified",       "transfer_syntax", "sha256",  "fallback",
    "repaired",    "content_sha256", "content_note"};

void add_text(JsonLine& line, std::string_view name, const std::string& text)
{
    if (!text.empty()) {
        line.add(name, text);
    }
}

// A member is no file: a tool that wants to open it must not try its tar file.
void add_place(JsonLine& line, const Task& task)
{
    if (task.member == 0) {
        stream::add_path(line, "path", task.path());
        return;
    }
    if (task.place->absolute != "-") {
        stream::add_path(line, "archive", task.path());
    }
    line.add("member", task.member_name);
}

void add_members(JsonLine& line, const Task& task)
{
    for (const stream::Member& member : task.members) {
        const bool attribute = !member.name.empty() && member.name.front() >= 'A' &&
                               member.name.front() <= 'Z' && task.finding.object;
        if (!attribute && std::find(ours.begin(), ours.end(), member.name) == ours.end()) {
            line.add_raw(member.name, member.json);
        }
    }
}

}  // namespace

std::optional<JsonLine> scan_record(const Task& task)
{
    const Finding& finding = task.finding;
    const bool well = finding.outcome == Outcome::ok || finding.outcome == Outcome::skipped;
    if (task.container || (task.unchanged && well)) {
        return std::nullopt;
    }
    JsonLine line{finding.object ? "instance" : "file", finding.outcome};
    line.reserve(finding.members.size() + 400);
    add_text(line, "reason", finding.reason);
    add_text(line, "message", finding.message);
    if (task.place->absolute.empty() && task.name.empty()) {
        add_members(line, task);
        return line;  // a line of standard input that names nothing
    }
    add_place(line, task);
    if (!task.change.empty()) {
        line.add("change", task.change);
    }
    if (finding.object || finding.size > 0) {
        line.add("size", finding.size);
    }
    if (finding.object && !finding.syntax.empty()) {
        line.add("transfer_syntax", finding.syntax);
    }
    finding.digests.write(line);
    if (finding.fallback) {
        line.add("fallback", true);
    }
    if (finding.repaired) {
        line.add("repaired", true);
    }
    if (!finding.members.empty()) {
        line.add_members(",").add_members(finding.members);
    }
    add_members(line, task);
    return line;
}

JsonLine missing_record(const Task& dicomdir, const std::string& path)
{
    JsonLine line{"file", Outcome::failed};
    line.add("reason", "not_found").add("message", "named by " + dicomdir.path());
    stream::add_path(line, "path", path);
    return line;
}

JsonLine removed_record(const index::RemovedFile& removed, const std::string& path)
{
    JsonLine line{"removed", Outcome::ok};
    if (removed.member == 0) {
        stream::add_path(line, "path", path);
    } else {
        stream::add_path(line, "archive", path);
        line.add("member", removed.member_name);
    }
    add_text(line, "SOPInstanceUID", removed.instance_uid);
    return line;
}

}  // namespace pacs::scan
