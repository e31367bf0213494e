#pragma once

#include "base/deadline.hpp"
#include "dicom/data_set.hpp"
#include "dicom/digests.hpp"
#include "index/query.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace pacs::index {

class ReaderPool;

/// Asked every few milliseconds while a search runs; true ends it with Error(limit). Called by the
/// thread that searches; must not throw.
using GiveUp = std::function<bool()>;

/// Where an instance lies, for those who want to open it.
struct FoundPlace {
    std::string path;         ///< any bytes; in an archive's own index relative to the archive
    bool in_archive = false;  ///< it is
    bool from_pipe = false;   ///< it came by standard input and lies nowhere: no path
    std::int64_t member = 0;  ///< of the tar file `path`, from 1; 0: the file itself
    std::string member_name;
    std::uint64_t size = 0;  ///< bytes
    dicom::Digests digests;
};

/// The matches of one query, streamed in constant memory from one read transaction: what is stored
/// or changed meanwhile does not show. The order is that of the index used, the same for the same
/// content. Holds a connection of its index until destroyed; a slow reader keeps the write-ahead
/// log from being reset, so give it a deadline. One thread at a time.
class Search {
public:
    Search(std::shared_ptr<ReaderPool> pool, Query query, Deadline deadline, GiveUp give_up = {});
    ~Search();
    Search(Search&&) noexcept;
    Search& operator=(Search&&) noexcept;

    /// The next match, nullopt after the last. It holds the keys that were asked and are supported,
    /// zero length where the object had none, the unique keys of its level and those above, and
    /// Query/Retrieve Level; text in UTF-8, with Specific Character Set ISO_IR 192 when it is not
    /// all ASCII.
    /// Throws Error(storage) on a database failure, Error(limit) after the deadline or when told to
    /// give up.
    std::optional<dicom::DataSet> next();

    /// Where the instance that next() gave lies; nullopt at other levels. Throws Error(storage).
    std::optional<FoundPlace> place();

    const Query& query() const noexcept;
    /// The statement that runs, for the test that reads its plan.
    const std::string& sql() const noexcept;
    /// EXPLAIN QUERY PLAN of it, one line a step.
    std::string plan() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pacs::index
