#include "scan/tree.hpp"

#include "base/error.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace pacs::scan {

namespace {

namespace fs = std::filesystem;

/// Rows fetched at once.
constexpr std::size_t rows_at_once = 1000;

Task task_in(const std::shared_ptr<Place>& place, std::string name)
{
    Task task;
    task.place = place;
    task.name = std::move(name);
    return task;
}

/// The same place, but nothing of it goes into the index.
std::shared_ptr<Place> without_row(const std::string& path)
{
    return std::make_shared<Place>(Place{path, "", {}, 0, 0});
}

std::string below(const std::string& folder, const std::string& name)
{
    return (folder == "/" ? "" : folder) + "/" + name;
}

/// 0 when it cannot be told.
std::int64_t device_of(const std::string& path)
{
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_dev) : 0;
}

bool is_there(const std::string& path)
{
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0;
}

}  // namespace

std::string absolute_path(const std::string& path)
{
    std::string text = fs::absolute(fs::path{path}).lexically_normal().string();
    while (text.size() > 1 && text.back() == '/') {
        text.pop_back();
    }
    return text;
}

bool is_readable(const index::FilePlace& place)
{
    return place.folder != "-" && ::access((place.folder + "/" + place.name).c_str(), R_OK) == 0;
}

std::string name_of(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

std::string folder_of(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : slash == 0 ? "/" : path.substr(0, slash);
}

Task finished_task(Task task, Outcome outcome, const char* reason, std::string message)
{
    task.kind = Task::Kind::finished;
    task.finding.outcome = outcome;
    task.finding.reason = reason;
    task.finding.message = std::move(message);
    return task;
}

void Tree::give(Task&& task)
{
    ended_ = ended_ || !sink_(std::move(task));
}

void Tree::walk(const std::string& path)
{
    ended_ = false;
    levels_.clear();
    left_out_ = 0;
    std::optional<stream::FolderWalk> walk;
    try {
        walk.emplace(path, true);
    } catch (const Error& error) {
        give(finished_task(task_in(without_row(folder_of(path)), name_of(path)), Outcome::failed,
                           "unreadable", error.what()));
        return;
    }
    for (auto entry = walk->next(); entry && !ended_; entry = walk->next()) {
        meet(*entry);
    }
}

void Tree::meet(const stream::WalkEntry& entry)
{
    using Kind = stream::WalkEntry::Kind;
    if (left_out_ > 0) {
        left_out_ += entry.kind == Kind::entered ? 1U : 0U;
        left_out_ -= entry.kind == Kind::left ? 1U : 0U;
        return;
    }
    switch (entry.kind) {
    case Kind::entered: enter(entry.path.string()); break;
    case Kind::left: leave(); break;
    case Kind::file: meet_file(name_of(entry.path.string())); break;
    default: meet_other(entry); break;
    }
}

void Tree::enter(const std::string& path)
{
    const bool top = levels_.empty();
    Level level;
    level.place = std::make_shared<Place>();
    level.place->path = path;
    if (top) {
        level.place->absolute = absolute_path(path);
    } else {
        level.place->absolute = below(levels_.back().place->absolute, name_of(path));
        level.place->parent = levels_.back().place;
        level.known = pass_folders(levels_.back(), level.place->absolute);
    }
    if (others_ && others_(level.place->absolute)) {
        left_out_ = 1;
        return;
    }
    if (known_ != nullptr) {
        locate(level);
    }
    levels_.push_back(std::move(level));
}

void Tree::locate(Level& level)
{
    if (level.known.id == 0) {
        level.known = known_->folder(level.place->absolute);
    }
    level.place->device = device_of(level.place->path);
    if (level.known.id == 0) {
        return;
    }
    level.more_rows = true;
    level.folders = known_->folders_in(level.known.id);
    if (level.known.device == 0 || level.known.device == level.place->device) {
        return;
    }
    level.held = !forget_ && is_bare(level);
    if (level.held) {
        level.place->device = 0;
        tell_unmounted(level.place->path);
    } else {
        Task task = task_in(level.place, {});
        task.kind = Task::Kind::moved_folder;
        give(std::move(task));
    }
}

// The index has something of it, and of that nothing is there.
bool Tree::is_bare(const Level& level)
{
    const std::string& folder = level.place->path;
    const bool any_folder = std::ranges::any_of(level.folders, [&](const auto& known) {
        return is_there(below(folder, name_of(known.path)));
    });
    if (any_folder) {
        return false;
    }
    std::string after;
    bool any = !level.folders.empty();
    for (bool more = true; more;) {
        const auto rows = known_->files_in(level.known.id, after, rows_at_once);
        for (const index::KnownFile& row : rows) {
            if (is_there(below(folder, row.name))) {
                return false;
            }
        }
        any = any || !rows.empty();
        more = rows.size() == rows_at_once;
        after = more ? rows.back().name : "";
    }
    return any;
}

void Tree::tell_unmounted(const std::string& path)
{
    const char* const reason = "not_mounted";
    give(finished_task(task_in(without_row(folder_of(path)), name_of(path)), Outcome::failed,
                       reason,
                       "all that was here is gone, and so is the disk it was on: it stays in the "
                       "index"));
}

void Tree::leave()
{
    Level& level = levels_.back();
    pass_rows(level, nullptr);
    for (; level.next_folder < level.folders.size() && !ended_; ++level.next_folder) {
        miss_folder(level, level.folders[level.next_folder]);
    }
    levels_.pop_back();
}

// Gives out the folders in front of `path` as gone; what is known of `path` itself.
index::KnownFolder Tree::pass_folders(Level& level, const std::string& path)
{
    for (; level.next_folder < level.folders.size(); ++level.next_folder) {
        if (level.folders[level.next_folder].path >= path) {
            break;
        }
        miss_folder(level, level.folders[level.next_folder]);
    }
    const bool known =
        level.next_folder < level.folders.size() && level.folders[level.next_folder].path == path;
    return known ? level.folders[level.next_folder++] : index::KnownFolder{};
}

// One that had a device of its own was where a disk is mounted, and is made when it is.
void Tree::miss_folder(const Level& level, const index::KnownFolder& folder)
{
    if (level.held) {
        return;
    }
    const std::string name = name_of(folder.path);
    const bool disk =
        folder.device != 0 && level.known.device != 0 && folder.device != level.known.device;
    if (disk && !forget_) {
        tell_unmounted(below(level.place->path, name));
        return;
    }
    Task task = task_in(level.place, name);
    task.kind = Task::Kind::removed_folder;
    task.removed = folder.id;
    give(std::move(task));
}

// Gives out the rows in front of `name` as gone, all of them without one; what is known of `name`.
const index::KnownFile* Tree::pass_rows(Level& level, const std::string* name)
{
    for (;;) {
        if (level.next_row == level.rows.size()) {
            if (!level.more_rows) {
                return nullptr;
            }
            const std::string after = level.rows.empty() ? "" : level.rows.back().name;
            level.rows = known_->files_in(level.known.id, after, rows_at_once);
            level.next_row = 0;
            level.more_rows = level.rows.size() == rows_at_once;
            continue;
        }
        const index::KnownFile& row = level.rows[level.next_row];
        if (name != nullptr && row.name >= *name) {
            const bool same = row.name == *name;
            level.next_row += same ? 1 : 0;
            return same ? &row : nullptr;
        }
        ++level.next_row;
        if (level.held) {
            continue;
        }
        Task task = task_in(level.place, row.name);
        task.kind = Task::Kind::removed_file;
        task.removed = row.id;
        give(std::move(task));
        if (ended_) {
            return nullptr;
        }
    }
}

void Tree::meet_file(const std::string& name)
{
    Level& level = levels_.back();
    const index::KnownFile* const known = pass_rows(level, &name);
    Task task = task_in(level.place, name);
    if (known != nullptr) {
        task.known = *known;
    }
    give(std::move(task));
}

void Tree::meet_other(const stream::WalkEntry& entry)
{
    Level& level = levels_.back();
    const std::string name = name_of(entry.path.string());
    if (entry.kind == stream::WalkEntry::Kind::failed) {
        // Nothing is known of what is in it now: its rows stay.
        pass_folders(level, below(level.place->absolute, name));
        give(finished_task(task_in(without_row(level.place->path), name), Outcome::failed,
                           "unreadable", entry.message));
        return;
    }
    Task task = task_in(level.place, name);
    if (const index::KnownFile* const known = pass_rows(level, &name)) {
        task.known = *known;
    }
    give(finished_task(std::move(task), Outcome::skipped, "not_a_file", entry.message));
}

}  // namespace pacs::scan
