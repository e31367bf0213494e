#include "scan/index_sink.hpp"

#include "base/error.hpp"
#include "scan/examiner.hpp"
#include "scan/tree.hpp"

#include <sys/stat.h>

#include <fmt/format.h>

#include <string_view>

namespace pacs::scan {

namespace {

constexpr std::uint64_t group_limit = 4000;
constexpr std::chrono::milliseconds longest_wait{500};
constexpr std::chrono::milliseconds shortest_wait{20};

std::filesystem::path checked(const std::filesystem::path& path)
{
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    if (std::filesystem::is_directory(path) || std::filesystem::exists(folder / "archive.toml")) {
        throw Error(
            ErrorKind::refused,
            fmt::format("writing index {}: it is of an archive, or a folder", path.string()),
            "name a file of its own with --index; pacs-index rebuild is for archives");
    }
    return path;
}

std::filesystem::path lock_path(const std::filesystem::path& path)
{
    return path.string() + ".lock";
}

std::filesystem::path prepared(const std::filesystem::path& path)
{
    index::Index::create_or_migrate(path);
    return path;
}

std::string_view word(Outcome outcome)
{
    return outcome == Outcome::ok ? std::string_view{} : to_string(outcome);
}

}  // namespace

IndexSink::IndexSink(const std::filesystem::path& path, const std::vector<dicom::Tag>& add)
    : lock_(std::in_place, lock_path(checked(path))),
      writer_(prepared(path), index::Synchronous::normal),
      files_(writer_)
{
    if (!add.empty()) {
        begin();
        key_set_ = files_.key_set(add);
        commit();
    }
}

void IndexSink::begin()
{
    if (!open_) {
        writer_.begin();
        open_ = true;
        since_ = std::chrono::steady_clock::now();
    }
}

std::int64_t IndexSink::row_of(Place& place)
{
    if (place.row == 0) {
        const std::int64_t parent = place.parent ? row_of(*place.parent) : 0;
        place.row = files_.folder(place.absolute, parent, place.device);
    }
    return place.row;
}

std::size_t IndexSink::put(std::span<const Task* const> tasks)
{
    begin();
    rows_.clear();
    for (const Task* task : tasks) {
        if (task->place->absolute.empty()) {
            continue;
        }
        const Finding& finding = task->finding;
        index::FileRow& row = rows_.emplace_back();
        row.folder = row_of(*task->place);
        row.name = task->name;
        row.member = task->member;
        row.member_name = task->member_name;
        row.facts = finding.facts;
        row.outcome = word(finding.outcome);
        row.reason = finding.reason;
        row.message = finding.message;
        row.key_set = key_set_;
        row.digests = &finding.digests;
        row.extras = finding.extras;
        row.record = finding.object ? &finding.record : nullptr;
        row.known = task->known.has_value() || task->lookup;
    }
    waiting_ += rows_.size();
    return files_.put(rows_);
}

void IndexSink::remove(const Task& task, const OnRemoved& on_removed)
{
    begin();
    const OnRemoved visit = [&](const index::RemovedFile& removed) {
        ++waiting_;
        on_removed(removed);
        begin();  // it may have committed
    };
    if (task.kind == Task::Kind::removed_file) {
        files_.remove(task.removed, visit);
    } else {
        files_.remove_folder(task.removed, visit);
    }
}

void IndexSink::note(Place& place)
{
    begin();
    row_of(place);
}

bool IndexSink::due() const
{
    return open_ &&
           (waiting_ >= group_limit || std::chrono::steady_clock::now() - since_ >= longest_wait);
}

std::chrono::steady_clock::time_point IndexSink::patience() const
{
    return open_ ? since_ + shortest_wait : std::chrono::steady_clock::time_point{};
}

void IndexSink::commit()
{
    if (open_) {
        files_.settle();
        writer_.commit();
        open_ = false;
        waiting_ = 0;
    }
}

bool IndexSink::take_out_touched(index::KnownFiles& known)
{
    std::int64_t after = 0;
    bool any = false;
    for (auto studies = known.touched(after, 100); !studies.empty();
         studies = known.touched(after, 100)) {
        for (const std::int64_t study : studies) {
            after = study;
            bool all_there = true;
            known.visit_files_of(study, [&all_there](const index::FilePlace& place) {
                struct stat status {};
                const std::string path = place.folder + "/" + place.name;
                all_there = place.folder != "-" && ::stat(path.c_str(), &status) == 0;
                return all_there;
            });
            if (all_there) {
                begin();
                files_.take_out_study(study);
                any = true;
            }
        }
        commit();
    }
    return any;
}

void IndexSink::finish()
{
    begin();
    files_.name_patients();
    commit();
}

bool IndexSink::any_unread(index::KnownFiles& known)
{
    bool any = false;
    known.visit_unread([&any](const index::FilePlace& place) {
        any = is_readable(place);
        return !any;
    });
    return any;
}

}  // namespace pacs::scan
