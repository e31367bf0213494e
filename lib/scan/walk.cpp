#include "scan/walk.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/stop.hpp"
#include "scan/dicomdir.hpp"
#include "scan/examiner.hpp"
#include "stream/input.hpp"
#include "stream/tar_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace pacs::scan {

namespace {

bool is_tar_name(const std::string& name) noexcept
{
    constexpr std::string_view ending = ".tar";
    return name.size() > ending.size() &&
           std::equal(ending.begin(), ending.end(), name.end() - ending.size(), [](char a, char b) {
               return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
}

/// The open file when it is a tar stream.
Descriptor open_tar(const std::string& path, struct stat& status)
{
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    std::array<std::byte, 512> start{};
    const bool tar =
        file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) &&
        ::pread(file.get(), start.data(), start.size(), 0) == static_cast<ssize_t>(start.size()) &&
        stream::TarReader::recognise(start);
    return tar ? std::move(file) : Descriptor{};
}

Outcome bad_outcome(bool named) noexcept
{
    return named ? Outcome::failed : Outcome::skipped;
}

}  // namespace

Walk::Walk(WalkOptions options, Tree::Sink sink)
    : options_(std::move(options)),
      sink_(std::move(sink)),
      tree_(options_.known, [this](Task&& task) { return give_file(std::move(task)); })
{
    tree_.leave_out([this](const std::string& absolute) { return walked_.contains(absolute); });
    if (options_.forget) {
        tree_.forget();
    }
}

bool Walk::give(Task&& task)
{
    task.urgent = input_place_ != nullptr;
    ended_ = ended_ || StopFlag::instance().raised() || !sink_(std::move(task));
    return !ended_;
}

bool Walk::may_skip(const index::KnownFile& known) const
{
    const bool keys =
        std::binary_search(options_.key_sets.begin(), options_.key_sets.end(), known.key_set);
    const bool digests = (!options_.digests.file || !known.digests.sha256.empty()) &&
                         (!options_.digests.content || known.digests.has_content());
    return !known.unread && (!known.object || (keys && digests));
}

bool Walk::give_file(Task&& task)
{
    task.may_skip = task.known && may_skip(*task.known);
    const bool tar = task.kind == Task::Kind::file && (task.named || is_tar_name(task.name));
    return tar ? give_tar(std::move(task)) : give(std::move(task));
}

bool Walk::was_walked(const std::string& absolute) const
{
    for (std::string above = absolute;; above = folder_of(above)) {
        if (walked_.contains(above)) {
            return true;
        }
        if (above.size() <= 1) {
            return false;
        }
    }
}

Task Walk::task_of(const std::string& path, bool named)
{
    const std::string folder = folder_of(path);
    if (!last_place_ || last_place_->path != folder) {
        last_place_ = std::make_shared<Place>();
        last_place_->path = folder;
        last_place_->absolute = absolute_path(folder.empty() ? "." : folder);
    }
    Task task;
    task.place = last_place_;
    task.name = name_of(path);
    task.named = named;
    task.lookup = true;
    if (options_.known != nullptr) {
        const std::int64_t row = options_.known->folder(last_place_->absolute).id;
        task.known = row == 0 ? std::nullopt : options_.known->file(row, task.name);
    }
    return task;
}

void Walk::add(const std::string& word)
{
    struct stat status {};
    if (word == "-") {
        add_standard_input();
    } else if (::stat(word.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
        const bool archive = ::access((word + "/archive.toml").c_str(), F_OK) == 0;
        add_folder(archive ? word + "/objects" : word);
    } else if (is_directory_name(word)) {
        add_dicomdir(word);
    } else {
        add_path(word, true);
    }
}

void Walk::add_folder(const std::string& path)
{
    const std::string absolute = absolute_path(path);
    if (!was_walked(absolute)) {
        tree_.walk(path);
        walked_.insert(absolute);
    }
}

void Walk::add_path(const std::string& path, bool named, std::vector<stream::Member> members)
{
    struct stat status {};
    Task task;
    if (::stat(path.c_str(), &status) != 0) {
        const int error = errno;
        const bool absent = error == ENOENT || error == ENOTDIR;
        if (absent && options_.forget && give_forgotten(path)) {
            return;
        }
        // No row: it may come back, and its folder was not read to tell that it is gone.
        task.place = std::make_shared<Place>(Place{folder_of(path), "", {}, 0, 0});
        task.name = name_of(path);
        task.members = std::move(members);
        give(finished_task(std::move(task), Outcome::failed, absent ? "not_found" : "unreadable",
                           std::strerror(error)));
        return;
    }
    task = task_of(path, named);
    task.members = std::move(members);
    if (S_ISREG(status.st_mode)) {
        give_file(std::move(task));
    } else {
        give(finished_task(std::move(task), bad_outcome(named), "not_a_file",
                           "neither a file nor a folder"));
    }
}

// What the index has of a path where nothing is now; false: nothing.
bool Walk::give_forgotten(const std::string& path)
{
    if (options_.known == nullptr) {
        return false;
    }
    const std::string absolute = absolute_path(path);
    const index::KnownFolder folder = options_.known->folder(absolute);
    Task task = task_of(folder_of(absolute) + "/" + name_of(absolute), false);
    task.kind = folder.id != 0 ? Task::Kind::removed_folder : Task::Kind::removed_file;
    task.removed = folder.id != 0 ? folder.id : task.known ? task.known->id : 0;
    return task.removed != 0 && (give(std::move(task)), true);
}

// A hint only: what lies there decides.
void Walk::add_dicomdir(const std::string& path)
{
    std::vector<std::string> files;
    try {
        files = named_files(path);
    } catch (const Error& error) {
        const bool damaged = error.kind() == ErrorKind::data;
        give(finished_task(task_of(path, true), Outcome::failed, damaged ? "damaged" : "unreadable",
                           error.what()));
        return;
    }
    for (const std::string& file : files) {
        if (ended_) {
            return;
        }
        add_path(file, false);
    }
}

void Walk::add_standard_input()
{
    input_place_ = std::make_shared<Place>();
    input_place_->absolute.push_back('-');  // gcc 12 takes an assignment of text for an overlap
    stream::Source source{{"-"}, {.standard_input = options_.standard_input}};
    for (auto item = source.next(); item && !ended_; item = source.next()) {
        add_item(std::move(*item));
    }
    input_place_.reset();
}

void Walk::add_item(stream::Item item)
{
    if (item.state == stream::Item::State::object && !item.path.empty()) {
        add_path(item.path, true, std::move(item.members));
        return;
    }
    Task task;
    task.place = input_place_;
    task.member = 1;
    task.member_name = item.name;
    task.name = item.name;
    task.lookup = true;
    task.named = item.named;
    task.members = std::move(item.members);
    if (item.state == stream::Item::State::object) {
        task.kind = Task::Kind::member;
        task.content = std::move(item.content);
        give(std::move(task));
        return;
    }
    task.place = std::make_shared<Place>();  // a line that is no record, or a link: no row
    const bool failed = item.state == stream::Item::State::failed;
    task = finished_task(std::move(task), failed ? Outcome::failed : Outcome::skipped, "",
                         item.message);
    task.finding.reason = item.reason;
    give(std::move(task));
}

bool Walk::give_tar(Task&& task)
{
    struct stat status {};
    const Descriptor file = open_tar(task.path(), status);
    const bool unchanged =
        task.may_skip && task.known && !task.known->object && facts_of(status) == task.known->facts;
    if (!file || unchanged) {
        return give(std::move(task));
    }
    const std::string path = task.path();
    const std::string name = task.name;
    const auto place = task.place;
    task.kind = Task::Kind::finished;
    task.container = true;
    task.finding.facts = facts_of(status);
    task.finding.size = static_cast<std::uint64_t>(status.st_size);
    if (give(std::move(task))) {
        give_members(place, name, file.get(), path);
    }
    return !ended_;
}

void Walk::give_members(const std::shared_ptr<Place>& place, const std::string& name, int fd,
                        const std::string& path)
{
    std::int64_t number = 0;
    const auto next_task = [&](std::string member_name) {
        Task task;
        task.place = place;
        task.name = name;
        task.member = ++number;
        task.member_name = std::move(member_name);
        return task;
    };
    try {
        stream::Input input{fd, path};
        stream::TarReader reader{input};
        for (auto member = reader.next(); member && !ended_; member = reader.next()) {
            Task next = next_task(member->name);
            if (member->refused.empty()) {
                next.kind = Task::Kind::member;
                next.content = std::move(member->content);
                give(std::move(next));
            } else {
                give(finished_task(std::move(next), Outcome::skipped, "not_a_file",
                                   "the tar member is a " + member->refused));
            }
        }
    } catch (const Error& error) {
        give(finished_task(next_task({}), Outcome::failed,
                           error.kind() == ErrorKind::data ? "damaged" : "unreadable",
                           error.what()));
    }
}

void Walk::add_unread()
{
    std::string before;
    options_.known->visit_unread([&](const index::FilePlace& place) {
        const std::string path = place.folder + "/" + place.name;
        const bool again = path == before;  // another member of the same tar file
        before = path;
        if (again || !is_readable(place)) {
            return !ended_;
        }
        Task task = task_of(path, false);
        if (task.known) {
            task.known->unread = true;
        }
        return give_file(std::move(task));
    });
}

}  // namespace pacs::scan
