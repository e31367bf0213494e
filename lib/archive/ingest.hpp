#pragma once

#include "archive/archive.hpp"
#include "base/units.hpp"
#include "net/status.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pacs::archive {

/// What happens to an instance whose SOP Instance UID is stored with other content.
enum class OnConflict : std::uint8_t {
    keep,     ///< the first stays, the second goes to conflicts/: warning B000
    replace,  ///< the second takes its place, the first goes to conflicts/: success. Only within
              ///< the same study and series; the UID under another one is treated as keep
    reject,   ///< the second is dropped: failure 0111
};

/// What became of an instance.
enum class StoreKind : std::uint8_t {
    stored,       ///< new
    duplicate,    ///< the same data set was there already: nothing was written
    replaced,     ///< by OnConflict::replace
    set_aside,    ///< by OnConflict::keep
    rejected,     ///< by OnConflict::reject
    quarantined,  ///< no valid object, or not the one that was announced
    refused,      ///< not taken: space below the reserve, invalid request
    failed,       ///< disk or index failure; nothing is left of it
};
std::string_view to_string(StoreKind kind) noexcept;  ///< "set_aside"

/// The answer to a C-STORE; the statuses are those of store_statuses (store_statuses.hpp).
/// Objects answered A9xx and Cxxx are in quarantine/.
struct StoreResult {
    StoreKind kind = StoreKind::failed;
    net::Status status;
    std::string comment;     ///< Error Comment (0000,0902): at most 64 characters, no patient data
    std::string detail;      ///< the whole reason, for log and record; empty when stored
    std::string sha256;      ///< of the whole file, hex; empty when it was not received to its end
    std::uint64_t size = 0;  ///< of the whole file
};

/// What is known of an instance before its data set comes.
struct Announcement {
    std::string sop_class_uid;
    std::string sop_instance_uid;
    std::string transfer_syntax_uid;
    std::string source;  ///< calling AE title
    std::string peer;    ///< address, for the records in quarantine/ and conflicts/
    /// The sender waits for this answer before it sends more (no asynchronous operations window):
    /// finish() then does all the work in the calling thread, which is quicker than handing it on,
    /// and `done` is called before it returns.
    bool answer_awaited = false;
};

/// One instance being received. Memory is bounded and does not depend on its size. Destroyed
/// without finish(), nothing is left of it. One thread.
class Reception {
public:
    virtual ~Reception() = default;

    /// Not null when the instance is refused already (space, UID, no descriptor): its data set need
    /// not be written, finish() will answer this.
    virtual const StoreResult* refusal() const noexcept = 0;
    /// The next bytes of the data set, in the announced transfer syntax. Never throws for a disk
    /// failure: finish() reports it. May wait for the disk or the digest.
    virtual void write(std::span<const std::byte> bytes) = 0;
    /// The data set is complete. Returns soon; `done` is called exactly once from another thread
    /// (the committer's) when the instance is stored as durably as promised, or why not. `done`
    /// must neither block nor throw. May wait when very many instances are in flight.
    virtual void finish(std::function<void(const StoreResult&)> done) = 0;
};

struct IngestOptions {
    OnConflict on_conflict = OnConflict::keep;
    DiskShare min_free{};        ///< below it instances are refused with A700, before they are read
    unsigned flush_threads = 0;  ///< that flush files in parallel; 0: four for each core
    unsigned digest_threads = 0;  ///< that digest large objects while they come; 0: one a core
};

/// What was done so far.
struct IngestCounters {
    std::uint64_t stored = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t replaced = 0;
    std::uint64_t set_aside = 0;
    std::uint64_t rejected = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;
    std::uint64_t commits = 0;  ///< index transactions; each holds a group of instances
    std::uint64_t bytes = 0;    ///< of stored files
};

/// Takes instances into an archive that is open for writing. Thread-safe: each association begins
/// and writes its own Receptions. The way of one: its bytes go to a file in incoming/, to the
/// header scanner and the digest as they come; finish() hands it to threads that name and flush
/// files in parallel; whoever comes first puts the rows of all that are ready into one transaction
/// and calls them done.
///
/// Instances of one SOP Instance UID are handled one after the other in the order of finish().
class Ingest {
public:
    /// The archive must outlive it. Throws Error(storage).
    explicit Ingest(Archive& archive, const IngestOptions& options = {});
    ~Ingest();  ///< waits until all that were finished are done
    Ingest(const Ingest&) = delete;
    Ingest& operator=(const Ingest&) = delete;

    /// Never throws for a reason of the instance or the disk: see Reception::refusal(). The
    /// Reception must not outlive the Ingest.
    std::unique_ptr<Reception> begin(const Announcement& announcement);
    /// For instances that begin, or come to a conflict, from now on.
    void reconfigure(OnConflict on_conflict, const DiskShare& min_free);
    /// Waits until no finished instance is waiting for its answer.
    void drain();
    IngestCounters counters() const;

private:
    struct Core;
    std::unique_ptr<Core> core_;
};

}  // namespace pacs::archive
