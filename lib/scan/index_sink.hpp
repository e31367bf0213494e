#pragma once

#include "base/file.hpp"
#include "index/files.hpp"
#include "index/index.hpp"
#include "scan/task.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace pacs::scan {

/// Writes what came of tasks into an index, in transactions of many. One thread.
class IndexSink {
public:
    /// Makes the index when there is none, or brings it up to date. Throws Error(locked) when
    /// another scan writes it, Error(refused) for the index of an archive, Error(storage).
    IndexSink(const std::filesystem::path& path, const std::vector<dicom::Tag>& add);

    using OnRemoved = std::function<void(const index::RemovedFile&)>;
    /// Puts files with what they hold in, in their order, but for those that have no place in an
    /// index. Returns how many are copies: another file had the instance.
    std::size_t put(std::span<const Task* const> tasks);
    /// Removes a file or a folder with all beneath it; `on_removed` hears of each file, and may
    /// commit.
    void remove(const Task& task, const OnRemoved& on_removed);

    /// Keeps on which device a folder lies now.
    void note(Place& place);

    /// True when enough is waiting for a commit.
    bool due() const;
    /// Until when more may be waited for, so that a commit is not of a few rows only.
    std::chrono::steady_clock::time_point patience() const;
    void commit();
    /// Takes out the studies that must be read again as a whole, of which all files are there as
    /// they were; true when there were some.
    bool take_out_touched(index::KnownFiles& known);
    /// True when some file must be read again, and can be.
    static bool any_unread(index::KnownFiles& known);
    /// Paths may come in another order than that of a walk.
    void expect_any_order() { files_.expect_any_order(); }
    /// Only what is to be read again comes from now on.
    void expect_the_same() { files_.expect_the_same(); }
    /// To be called at the end of a scan that was not stopped.
    void finish();

private:
    std::int64_t row_of(Place& place);
    void begin();

    std::optional<FileLock> lock_;
    index::Writer writer_;
    index::FileWriter files_;
    std::vector<index::FileRow> rows_;
    std::int64_t key_set_ = 0;
    bool open_ = false;
    std::uint64_t waiting_ = 0;
    std::chrono::steady_clock::time_point since_;
};

}  // namespace pacs::scan
