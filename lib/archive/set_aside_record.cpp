#include "archive/set_aside_record.hpp"

#include "base/json_line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace pacs::archive {

namespace {

std::string now_text()
{
    const auto now = std::chrono::system_clock::now();
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

void add_sender(JsonLine& line, const Announcement& announcement)
{
    line.add("source", announcement.source).add("peer", announcement.peer);
}

}  // namespace

std::string quarantine_record(const Announcement& announcement, const StoreResult& result)
{
    JsonLine line{"quarantined"};
    line.add("outcome", "failed")
        .add("status", result.status.hex())
        .add("message", result.detail)
        .add("time", now_text());
    add_sender(line, announcement);
    line.add("AffectedSOPClassUID", announcement.sop_class_uid)
        .add("AffectedSOPInstanceUID", announcement.sop_instance_uid)
        .add("TransferSyntaxUID", announcement.transfer_syntax_uid)
        .add("sha256", result.sha256)
        .add("size", result.size);
    return line.str();
}

std::string found_record(const std::string& path, const std::string& reason,
                         const std::string& sha256, std::uint64_t size)
{
    return JsonLine{"quarantined"}
        .add("outcome", "failed")
        .add("message", reason)
        .add("time", now_text())
        .add("path", path)
        .add("sha256", sha256)
        .add("size", size)
        .str();
}

std::string conflict_record(const char* outcome, const Announcement& newcomer,
                            const index::StoredInstance& aside, const std::string& other_sha256)
{
    JsonLine line{"conflict"};
    line.add("outcome", outcome).add("time", now_text());
    add_sender(line, newcomer);
    return line.add("StudyInstanceUID", aside.study_uid)
        .add("SeriesInstanceUID", aside.series_uid)
        .add("SOPInstanceUID", aside.instance_uid)
        .add("SOPClassUID", aside.class_uid)
        .add("TransferSyntaxUID", aside.transfer_syntax_uid)
        .add("sha256", aside.sha256)
        .add("size", aside.size)
        .add("stored_sha256", other_sha256)
        .str();
}

}  // namespace pacs::archive
