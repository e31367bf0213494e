#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pacs::stream {

/// What a walk comes by.
struct WalkEntry {
    std::filesystem::path path;
    enum class Kind {
        file,     ///< a regular file, or a symbolic link to one
        skipped,  ///< a FIFO, socket or device, or a link to a folder or to nothing
        failed,   ///< a folder that cannot be read, or not to its end
        entered,  ///< a folder whose names are known now: what follows is in it, until `left`
        left,     ///< the folder entered last that was not left
    };
    Kind kind = Kind::file;
    std::string message;  ///< why skipped or failed
};

/// Walks a folder and all beneath it, depth first, the names of each folder in byte order. Links to
/// folders are not followed, so there are no loops and nothing outside the folder is walked. Memory
/// holds the names of the folders that are open, nothing of what was passed.
class FolderWalk {
public:
    /// With `folders` it also tells of `entered` and `left`, of `top` too. Throws Error(storage)
    /// when `top` cannot be read.
    explicit FolderWalk(std::filesystem::path top, bool folders = false);
    ~FolderWalk();
    FolderWalk(const FolderWalk&) = delete;
    FolderWalk& operator=(const FolderWalk&) = delete;

    std::optional<WalkEntry> next();

private:
    struct Level;
    std::optional<WalkEntry> visit(const std::filesystem::path& path, unsigned char type);
    std::optional<WalkEntry> leave();

    bool folders_;
    bool begun_ = false;
    std::vector<std::unique_ptr<Level>> levels_;
};

}  // namespace pacs::stream
