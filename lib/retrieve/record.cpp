#include "retrieve/record.hpp"

#include "stream/path_member.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace pacs::retrieve {

namespace {

/// Members of `retrieved` records, and those that hold for another object or run: what comes with a
/// record is not repeated under these names.
constexpr std::array<std::string_view, 27> ours{"type",
                                                "outcome",
                                                "reason",
                                                "message",
                                                "status",
                                                "path",
                                                "path_base64",
                                                "member",
                                                "size",
                                                "sha256",
                                                "node",
                                                "via",
                                                "seconds",
                                                "attempts",
                                                "transfer_syntax",
                                                "unannounced",
                                                "SOPClassUID",
                                                "SOPInstanceUID",
                                                "StudyInstanceUID",
                                                "SeriesInstanceUID",
                                                "time",
                                                "time_base64",
                                                "copies",
                                                "repaired",
                                                "answers",
                                                "truncated",
                                                "content_sha256"};

void add_text(JsonLine& line, std::string_view name, std::string_view text)
{
    if (!text.empty()) {
        line.add(name, text);
    }
}

void add_identity(JsonLine& line, const Identity& identity)
{
    add_text(line, "SOPClassUID", identity.sop_class);
    add_text(line, "SOPInstanceUID", identity.instance);
    add_text(line, "StudyInstanceUID", identity.study);
    add_text(line, "SeriesInstanceUID", identity.series);
}

void add_passage(JsonLine& line, const Identity& identity, const Passage& passage)
{
    line.add("node", passage.node);
    add_text(line, "via", passage.via);
    add_text(line, "transfer_syntax", identity.transfer_syntax);
    if (passage.seconds >= 0) {
        line.add("seconds", passage.seconds);
    }
    if (passage.attempts > 0) {
        line.add("attempts", passage.attempts);
    }
    if (passage.unannounced) {
        line.add("unannounced", true);
    }
}

void add_members(JsonLine& line, const std::vector<stream::Member>& members)
{
    for (const stream::Member& member : members) {
        line.add_raw(member.name, member.json);
    }
}

JsonLine begin(Outcome outcome, std::string_view reason, std::string_view message)
{
    JsonLine line{"retrieved", outcome};
    add_text(line, "reason", reason);
    add_text(line, "message", message);
    return line;
}

JsonLine begin(const Kept& kept)
{
    switch (kept.kind) {
    case KeptKind::kept: return begin(Outcome::ok, {}, {});
    case KeptKind::exists: return begin(Outcome::skipped, "exists", "the folder has it");
    case KeptKind::conflict: return begin(Outcome::failed, "different_content", kept.message);
    case KeptKind::failed: break;
    }
    return begin(Outcome::failed, "storage", kept.message);
}

}  // namespace

std::vector<stream::Member> members_to_keep(const std::vector<stream::Member>& members)
{
    std::vector<stream::Member> kept;
    std::ranges::copy_if(members, std::back_inserter(kept), [](const stream::Member& member) {
        return std::ranges::find(ours, member.name) == ours.end();
    });
    return kept;
}

JsonLine kept_record(const Identity& identity, const Passage& passage, const Kept& kept,
                     const std::vector<stream::Member>& members)
{
    JsonLine line = begin(kept);
    const bool there = kept.kind == KeptKind::kept || kept.kind == KeptKind::exists;
    if (there && !kept.path.empty()) {
        stream::add_path(line, "path", kept.path);
    } else if (there) {
        line.add("member", kept.member);
    }
    add_identity(line, identity);
    if (there) {
        line.add("size", kept.size).add("sha256", kept.sha256);
    }
    add_passage(line, identity, passage);
    add_members(line, members);
    return line;
}

JsonLine missing_record(const Identity& identity, const Passage& passage, const Failure& why,
                        const std::vector<stream::Member>& members)
{
    JsonLine line = begin(Outcome::failed, why.reason, why.message);
    add_identity(line, identity);
    add_passage(line, identity, passage);
    add_members(line, members);
    return line;
}

JsonLine no_object_record(const std::vector<stream::Member>& members)
{
    JsonLine line{"retrieved", Outcome::skipped};
    line.add("reason", "no_object").add("message", "its record says so");
    for (const stream::Member& member : members) {
        if (member.name == "path" || member.name == "path_base64" || member.name == "member") {
            line.add_raw(member.name, member.json);
        }
    }
    add_members(line, members_to_keep(members));
    return line;
}

std::string complaint(const Identity& identity, std::string_view message)
{
    const std::string& name = !identity.instance.empty() ? identity.instance
                              : !identity.series.empty() ? identity.series
                                                         : identity.study;
    return (name.empty() ? "fetching: " : "fetching " + name + ": ") + std::string{message};
}

std::vector<Column> retrieved_columns()
{
    return {{"outcome", "OUTCOME", 7},
            {"reason", "REASON", 17},
            {"SOPInstanceUID", "INSTANCE", 64},
            {"path", "PATH"}};
}

}  // namespace pacs::retrieve
