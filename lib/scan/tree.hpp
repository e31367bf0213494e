#pragma once

#include "index/files.hpp"
#include "scan/task.hpp"
#include "stream/folder_walk.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pacs::scan {

/// Walks one folder and all beneath it, beside the rows that an index has of it: both in byte
/// order, so that each is passed once and neither is held whole. Rows of what is gone are given out
/// for removal, but only of folders that were read to their end, and not when all that the index
/// has of a folder is gone and with it the device it lay on: then a disk is not mounted. One
/// thread.
class Tree {
public:
    /// Takes a task; false ends the walk.
    using Sink = std::function<bool(Task&&)>;

    /// `known`: nullptr without an index. `sink` gets files with what is known of them.
    Tree(index::KnownFiles* known, Sink sink) : known_(known), sink_(std::move(sink)) {}

    /// Folders for which this says true are left to others.
    void leave_out(std::function<bool(const std::string& absolute)> others)
    {
        others_ = std::move(others);
    }
    /// What lay on a disk that is not mounted now is given out for removal too.
    void forget() { forget_ = true; }
    /// Errors of the folder itself become tasks. Throws Error(storage) of the index.
    void walk(const std::string& path);

private:
    struct Level {
        std::shared_ptr<Place> place;
        index::KnownFolder known;
        bool held = false;                   ///< nothing of it is removed
        std::vector<index::KnownFile> rows;  ///< the next ones
        std::size_t next_row = 0;
        bool more_rows = false;
        std::vector<index::KnownFolder> folders;  ///< below it, by path
        std::size_t next_folder = 0;
    };

    void meet(const stream::WalkEntry& entry);
    void enter(const std::string& path);
    void leave();
    void meet_file(const std::string& name);
    void meet_other(const stream::WalkEntry& entry);
    index::KnownFolder pass_folders(Level& level, const std::string& path);
    void miss_folder(const Level& level, const index::KnownFolder& folder);
    void locate(Level& level);
    bool is_bare(const Level& level);
    void tell_unmounted(const std::string& path);
    const index::KnownFile* pass_rows(Level& level, const std::string* name);
    void give(Task&& task);

    index::KnownFiles* known_;
    Sink sink_;
    std::function<bool(const std::string&)> others_;
    std::vector<Level> levels_;
    bool forget_ = false;
    unsigned left_out_ = 0;  ///< folders entered since one that is left to others, with it
    bool ended_ = false;
};

/// `path` from the root, without "." and "..", links as they are. Any bytes.
std::string absolute_path(const std::string& path);
/// What stands in front of the last slash, and behind it. "" and "/" for names without, below root.
std::string folder_of(const std::string& path);
std::string name_of(const std::string& path);

/// Whether a file that the index names can be read: it is there, and not of standard input.
bool is_readable(const index::FilePlace& place);

/// A task that is done before it begins: something to be said of a file.
Task finished_task(Task task, Outcome outcome, const char* reason, std::string message);

}  // namespace pacs::scan
