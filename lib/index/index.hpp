#pragma once

#include "base/deadline.hpp"
#include "index/query.hpp"
#include "index/record.hpp"
#include "index/search.hpp"
#include "index/selection.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pacs::index {

/// The schema this library writes (user_version); an older one is migrated, a newer refused.
inline constexpr int schema_version = 3;

/// How much of a commit is on disk when it returns.
enum class Synchronous : std::uint8_t {
    full,    ///< all of it: survives power loss
    normal,  ///< with the kernel: survives the process, after power loss the last ones may be gone
};

/// What the index knows of an instance that is stored.
struct StoredInstance {
    std::string study_uid;
    std::string series_uid;
    std::string instance_uid;
    std::string class_uid;
    std::string transfer_syntax_uid;
    std::string sha256;
    std::uint64_t size = 0;
};

struct Counts {
    std::uint64_t patients = 0;
    std::uint64_t studies = 0;
    std::uint64_t series = 0;
    std::uint64_t instances = 0;
};

class Database;
class WriterConnection;

/// Changes the index; there is one for each database, used by one thread at a time. Readers see a
/// change after commit() and all of it at once. All functions throw Error(storage) with SQLite's
/// own words; after that only rollback() is allowed.
class Writer {
public:
    Writer(const std::filesystem::path& database, Synchronous synchronous);
    ~Writer();
    Writer(Writer&&) noexcept;
    Writer& operator=(Writer&&) noexcept;

    void begin();
    /// Adds an instance with the study, series and patient it needs. What is there already of them
    /// stays as it is: the first object that came says what they are called. False, and nothing
    /// changed, when an instance of that UID is there.
    bool insert(const InstanceRecord& record);
    /// Puts `record` in the place of the instance with its UID, in the same study and series.
    void replace(const InstanceRecord& record);
    std::optional<StoredInstance> find(std::string_view instance_uid);
    /// With Synchronous::full the changes are on disk when it returns.
    void commit();
    void rollback() noexcept;
    /// The last commit() failed, and not because its pages could not be written: they may lie in
    /// the log, whole, and a crash could still bring them to life.
    bool commit_in_doubt() const noexcept;
    /// Overwrites what such a commit left with one that changes nothing but a counter; once it
    /// returns, the failed one can never come back. Throws Error(storage): then nobody knows.
    void bury_failed_commit();
    /// Pages in the write-ahead log after the last commit(). The writer writes them back itself
    /// only when they are very many (65,536); run a Checkpointer before, and then checkpoint().
    std::uint64_t log_pages() const noexcept;
    /// Writes back what a Checkpointer left, so that the log starts over in the file it has: a log
    /// that grows costs a good deal more at every flush. Throws Error(storage).
    void checkpoint();

private:
    friend class FileWriter;
    std::unique_ptr<WriterConnection> connection_;
};

/// Writes the pages of the write-ahead log back to the database, beside a Writer and readers, whom
/// it does not block. One thread at a time.
class Checkpointer {
public:
    explicit Checkpointer(const std::filesystem::path& database);
    ~Checkpointer();
    Checkpointer(Checkpointer&&) noexcept;

    /// As much as readers allow. Throws Error(storage).
    void run();

private:
    std::unique_ptr<Database> database_;
};

/// An index file: SQLite in WAL mode, schema in pacs-archive(5). Thread-safe.
class Index {
public:
    /// Makes the file with the newest schema, or brings an older one up in one transaction. Throws
    /// Error(storage) for a newer one (nothing is touched), for a file that is no index of ours,
    /// and for what SQLite says. True: it was made anew.
    static bool create_or_migrate(const std::filesystem::path& database);

    /// Opens for searching; the file is not written, though SQLite keeps -shm and -wal beside it.
    /// Throws Error(storage): not there, not ours, newer, or older than this library reads.
    explicit Index(const std::filesystem::path& database);

    /// The attributes that scans have kept in it beside attributes() when it was opened, for
    /// QueryOptions; they live as long as a search or the index.
    std::span<const Attribute> extras() const;
    /// Starts a search; throws Error(storage).
    Search search(Query query, Deadline deadline = {}, GiveUp give_up = {}) const;
    /// What a retrieval names; throws Error(storage).
    Selection select(RetrieveKeys keys) const;
    std::optional<StoredInstance> find(std::string_view instance_uid) const;
    Counts counts() const;
    /// Calls `visit` for each instance, by study and series; stops when it returns false.
    void visit_instances(const std::function<bool(const StoredInstance&)>& visit) const;

private:
    std::shared_ptr<ReaderPool> readers_;
};

}  // namespace pacs::index
