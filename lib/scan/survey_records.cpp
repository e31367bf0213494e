#include "scan/survey_records.hpp"

#include "base/stop.hpp"
#include "dicom/uid.hpp"
#include "index/index.hpp"
#include "index/survey.hpp"
#include "storage/layout.hpp"
#include "stream/folder_walk.hpp"
#include "stream/path_member.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

namespace pacs::scan {

namespace {

namespace fs = std::filesystem;

/// Takes a record; false ends the list.
using Tell = std::function<bool(const JsonLine&)>;

void add_text(JsonLine& line, std::string_view name, const std::string& text)
{
    if (!text.empty()) {
        line.add(name, text);
    }
}

/// `prefix`: "" for the file itself, "first_" for the one that it is held against.
void add_holder(JsonLine& line, const std::string& prefix, const index::HolderFile& file)
{
    stream::add_path(line, prefix + (file.member == 0 ? "path" : "archive"), file.path);
    if (file.member != 0) {
        line.add(prefix + "member", file.member_name);
    }
    line.add(prefix + "size", file.size);
    add_text(line, prefix + "sha256", file.sha256);
    add_text(line, prefix + "content_sha256", file.content_sha256);
}

JsonLine pair_record(JsonLine line, const index::InstanceCopy& pair)
{
    line.add("SOPInstanceUID", pair.instance_uid)
        .add("StudyInstanceUID", pair.study_uid)
        .add("SeriesInstanceUID", pair.series_uid);
    add_holder(line, "", pair.copy);
    add_holder(line, "first_", pair.first);
    return line;
}

/// Two names of one file, which take no more space than one.
bool is_hard_link(const index::InstanceCopy& pair)
{
    return pair.first.member == 0 && pair.copy.member == 0 && pair.first.inode == pair.copy.inode &&
           pair.first.mtime_ns == pair.copy.mtime_ns && pair.first.size == pair.copy.size;
}

std::string_view compared_word(index::Content content)
{
    switch (content) {
    case index::Content::same_size: return "size";
    case index::Content::same_said: return "content_sha256";
    case index::Content::same:
    case index::Content::different: break;
    }
    return "sha256";
}

/// `root`: of the archive.
JsonLine patients_record(const std::string& study, const std::vector<index::StudyPatient>& patients,
                         const fs::path& root)
{
    JsonLine line{"conflict", Outcome::failed};
    line.add("reason", "several_patients").add("StudyInstanceUID", study);
    std::string list = "[";
    for (const index::StudyPatient& patient : patients) {
        list += list.size() > 1 ? ",{" : "{";
        const auto add = [&list](const char* name, const std::string& text) {
            list += fmt::format("{}\"{}\":", list.back() == '{' ? "" : ",", name);
            append_json_string(list, text);
        };
        add("PatientID", patient.patient_id);
        add("IssuerOfPatientID", patient.issuer);
        add("PatientName", patient.name);
        if (patient.files > 0) {
            list += fmt::format(",\"files\":{}", patient.files);
            add("path", patient.in_archive ? (root / patient.path).string() : patient.path);
        }
        list += '}';
    }
    return line.add_raw("patients", list + "]");
}

/// conflicts/INSTANCE/SHA256.dcm of an archive, pacs-archive(5).
std::optional<JsonLine> set_aside_record(const fs::path& path, const index::Index& index)
{
    const std::string instance = path.parent_path().filename().string();
    if (path.extension() != ".dcm" || !dicom::is_valid_uid(instance)) {
        return std::nullopt;
    }
    std::error_code error;
    const auto size = fs::file_size(path, error);
    JsonLine line{"conflict", Outcome::failed};
    line.add("reason", "different_content").add("SOPInstanceUID", instance);
    line.add("path", path.string())
        .add("size", error ? 0 : size)
        .add("sha256", path.stem().string());
    if (const auto stored = index.find(instance)) {
        line.add("first_size", stored->size).add("first_sha256", stored->sha256);
        line.add("StudyInstanceUID", stored->study_uid)
            .add("SeriesInstanceUID", stored->series_uid);
    }
    return line.add("compared", "sha256");
}

void list_set_aside(const storage::Layout& layout, SurveyCounters& counters, const Tell& sink)
{
    std::error_code error;
    if (!fs::exists(layout.conflicts(), error)) {
        return;
    }
    const index::Index index{layout.index()};
    stream::FolderWalk walk{layout.conflicts()};
    for (auto entry = walk.next(); entry; entry = walk.next()) {
        const auto record = entry->kind == stream::WalkEntry::Kind::file
                                ? set_aside_record(entry->path, index)
                                : std::nullopt;
        if (record) {
            ++counters.found;
            if (!sink(*record)) {
                return;
            }
        }
    }
}

}  // namespace

void SurveyCounters::write(JsonLine& summary) const
{
    if (!counted) {
        return;
    }
    summary.add("found", found);
    if (found_bytes > 0) {
        summary.add("found_bytes", found_bytes);
    }
    summary.add("not_compared", not_compared);
}

std::vector<Column> survey_columns(const std::string& what)
{
    if (what == "stats") {
        return {{"attribute", "ATTRIBUTE", 17}, {"studies", "STUDIES", 10, true},
                {"series", "SERIES", 10, true}, {"instances", "OBJECTS", 12, true},
                {"size", "BYTES", 16, true},    {"value", "VALUE"}};
    }
    return {{"outcome", "OUTCOME", 7}, {"reason", "REASON", 17},     {"Modality", "MODALITY", 8},
            {"StudyDate", "DATE", 8},  {"PatientID", "PATIENT", 16}, {"size", "SIZE", 10, true},
            {"path", "PATH"}};
}

fs::path index_of(const fs::path& word)
{
    return storage::is_archive(word) ? storage::Layout{word}.index() : word;
}

namespace {

void list_duplicates(const fs::path& word, SurveyCounters& counters, const Tell& sink)
{
    index::Survey survey{index_of(word)};
    survey.visit_copies([&](const index::InstanceCopy& pair) {
        const index::Content content = index::compared(pair);
        if (content == index::Content::different) {
            return true;
        }
        const bool link = is_hard_link(pair);
        ++counters.found;
        counters.found_bytes += link ? 0 : static_cast<std::uint64_t>(pair.copy.size);
        counters.not_compared += content == index::Content::same_size && !link ? 1 : 0;
        JsonLine line = pair_record(JsonLine{"duplicate", Outcome::ok}, pair);
        line.add("compared", compared_word(content));
        if (link) {
            line.add("hard_link", true);
        }
        return sink(line);
    });
}

void list_conflicts(const fs::path& word, SurveyCounters& counters, const Tell& sink)
{
    index::Survey survey{index_of(word)};
    bool more = true;
    const auto tell = [&](const JsonLine& line) {
        ++counters.found;
        more = sink(line);
        return more;
    };
    survey.visit_copies([&](const index::InstanceCopy& pair) {
        const index::Content content = index::compared(pair);
        if (content != index::Content::different) {
            counters.not_compared +=
                content == index::Content::same_size && !is_hard_link(pair) ? 1 : 0;
            return true;
        }
        JsonLine line{"conflict", Outcome::failed};
        line.add("reason", "different_content");
        return tell(pair_record(std::move(line), pair));
    });
    if (more) {
        survey.visit_studies_of_several(
            [&](const std::string& study, const std::vector<index::StudyPatient>& patients) {
                return tell(patients_record(study, patients, index_of(word).parent_path()));
            });
    }
    if (more) {
        survey.visit_shared_series(
            [&](const std::string& series, const std::vector<std::string>& studies) {
                JsonLine line{"conflict", Outcome::failed};
                line.add("reason", "several_studies").add("SeriesInstanceUID", series);
                return tell(line.add("studies", studies));
            });
    }
    if (more && storage::is_archive(word)) {
        list_set_aside(storage::Layout{word}, counters, sink);
    }
}

void list_statistics(const fs::path& word, const Tell& sink)
{
    index::Survey survey{index_of(word)};
    const index::Totals totals = survey.totals();
    JsonLine line{"totals"};
    line.add("patients", totals.patients).add("studies", totals.studies);
    line.add("series", totals.series).add("instances", totals.instances).add("size", totals.size);
    if (totals.files > 0) {
        line.add("files", totals.files).add("copies", totals.copies);
        line.add("copies_size", totals.copies_size);
    }
    if (!sink(line)) {
        return;
    }
    survey.visit_shares([&](const index::Share& share) {
        JsonLine part{"share"};
        part.add("attribute", share.attribute).add("value", share.value);
        add_text(part, "name", std::string{dicom::uid_name(share.value)});
        if (share.attribute == "reason") {
            part.add("files", share.instances);
        } else {
            part.add("studies", share.studies).add("series", share.series);
            part.add("instances", share.instances);
        }
        return sink(part.add("size", share.size));
    });
}

}  // namespace

void survey(const std::string& what, const fs::path& word, SurveyCounters& counters,
            const RecordSink& sink)
{
    const Tell tell = [&sink](const JsonLine& record) {
        sink(record);
        return !StopFlag::instance().raised();
    };
    counters.counted = what != "stats";
    if (what == "duplicates") {
        list_duplicates(word, counters, tell);
    } else if (what == "conflicts") {
        list_conflicts(word, counters, tell);
    } else {
        list_statistics(word, tell);
    }
}

}  // namespace pacs::scan
