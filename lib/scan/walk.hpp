#pragma once

#include "index/files.hpp"
#include "scan/task.hpp"
#include "scan/tree.hpp"
#include "stream/source.hpp"

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace pacs::scan {

struct WalkOptions {
    int standard_input = 0;
    index::KnownFiles* known = nullptr;  ///< of the index, when there is one
    /// The key sets whose files need not be read again; ascending.
    std::vector<std::int64_t> key_sets;
    dicom::WantedDigests digests;  ///< files without must be read again
    bool forget = false;  ///< what lay where nothing is now, or no disk, is given out for removal
};

/// Turns what the user named into tasks, one after the other: files, folders (tree.hpp), archives,
/// tar files, DICOMDIRs, standard input. One thread.
class Walk {
public:
    /// `sink` takes the tasks; false ends the walk.
    Walk(WalkOptions options, Tree::Sink sink);

    /// Throws Error(data) when standard input is nothing that is known, Error(storage) of the
    /// index.
    void add(const std::string& word);
    /// The files that the index wants read again, wherever they lie, as far as they are there.
    void add_unread();

private:
    bool give(Task&& task);
    bool give_file(Task&& task);
    bool give_tar(Task&& task);
    void give_members(const std::shared_ptr<Place>& place, const std::string& name, int fd,
                      const std::string& path);
    void add_folder(const std::string& path);
    void add_path(const std::string& path, bool named, std::vector<stream::Member> members = {});
    void add_dicomdir(const std::string& path);
    void add_standard_input();
    void add_item(stream::Item item);
    Task task_of(const std::string& path, bool named);
    bool give_forgotten(const std::string& path);
    bool may_skip(const index::KnownFile& known) const;
    bool was_walked(const std::string& absolute) const;

    WalkOptions options_;
    Tree::Sink sink_;
    Tree tree_;
    bool ended_ = false;
    std::unordered_set<std::string> walked_;  ///< folders the user named, absolute
    std::shared_ptr<Place> last_place_;
    std::shared_ptr<Place> input_place_;
};

}  // namespace pacs::scan
