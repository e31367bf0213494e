#include "stream/folder_walk.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace pacs::stream {

/// The names of one folder: all in one string, so that a million of them cost what they are long.
struct FolderWalk::Level {
    struct Name {
        std::size_t offset;
        unsigned char type;  ///< d_type
    };
    std::filesystem::path folder;
    std::string text;  ///< names, each ended by NUL
    std::vector<Name> names;
    std::size_t next = 0;

    std::string_view name(const Name& entry) const noexcept { return text.data() + entry.offset; }

    /// False with errno when the folder cannot be read.
    bool read()
    {
        const std::unique_ptr<DIR, int (*)(DIR*)> open{::opendir(folder.c_str()), ::closedir};
        if (!open) {
            return false;
        }
        errno = 0;
        for (const dirent* entry = ::readdir(open.get()); entry != nullptr;
             entry = ::readdir(open.get())) {
            const std::string_view entry_name{entry->d_name};
            if (entry_name != "." && entry_name != "..") {
                names.push_back({text.size(), entry->d_type});
                text.append(entry_name).push_back('\0');
            }
        }
        std::sort(names.begin(), names.end(),
                  [this](const Name& a, const Name& b) { return name(a) < name(b); });
        return errno == 0;
    }
};

namespace {

unsigned char type_of(const std::filesystem::path& path, unsigned char type, bool follow)
{
    struct stat status {};
    if (type != DT_UNKNOWN && !follow) {
        return type;
    }
    const int done = follow ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status);
    constexpr unsigned char unknown = DT_UNKNOWN;
    return done == 0 ? static_cast<unsigned char>(IFTODT(status.st_mode)) : unknown;
}

}  // namespace

FolderWalk::FolderWalk(std::filesystem::path top, bool folders) : folders_(folders)
{
    levels_.push_back(std::make_unique<Level>());
    levels_.back()->folder = std::move(top);
    if (!levels_.back()->read()) {
        throw Error(ErrorKind::storage,
                    fmt::format("reading folder {}: {}", levels_.back()->folder.string(),
                                std::strerror(errno)));
    }
}
FolderWalk::~FolderWalk() = default;

std::optional<WalkEntry> FolderWalk::visit(const std::filesystem::path& path, unsigned char type)
{
    type = type_of(path, type, false);
    if (type == DT_DIR) {
        auto level = std::make_unique<Level>();
        level->folder = path;
        if (!level->read()) {
            return WalkEntry{path, WalkEntry::Kind::failed, std::strerror(errno)};
        }
        levels_.push_back(std::move(level));
        return folders_ ? std::optional{WalkEntry{path, WalkEntry::Kind::entered, {}}}
                        : std::nullopt;
    }
    const bool link = type == DT_LNK;
    if (link) {
        type = type_of(path, type, true);
    }
    if (type == DT_REG) {
        return WalkEntry{path, WalkEntry::Kind::file, {}};
    }
    return WalkEntry{
        path, WalkEntry::Kind::skipped,
        link ? "a symbolic link to something else than a file" : "neither a file nor a folder"};
}

std::optional<WalkEntry> FolderWalk::leave()
{
    WalkEntry entry{std::move(levels_.back()->folder), WalkEntry::Kind::left, {}};
    levels_.pop_back();
    return folders_ ? std::optional{std::move(entry)} : std::nullopt;
}

std::optional<WalkEntry> FolderWalk::next()
{
    if (folders_ && !std::exchange(begun_, true)) {
        return WalkEntry{levels_.back()->folder, WalkEntry::Kind::entered, {}};
    }
    while (!levels_.empty()) {
        Level& level = *levels_.back();
        if (level.next == level.names.size()) {
            if (auto left = leave()) {
                return left;
            }
            continue;
        }
        const Level::Name entry = level.names[level.next++];
        if (auto found = visit(level.folder / level.name(entry), entry.type)) {
            return found;
        }
    }
    return std::nullopt;
}

}  // namespace pacs::stream
