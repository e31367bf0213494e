#include "archive/rebuild.hpp"

#include "archive/object_check.hpp"
#include "archive/recover.hpp"
#include "archive/set_aside_record.hpp"
#include "base/error.hpp"
#include "base/ordered_work.hpp"
#include "base/stop.hpp"
#include "index/rebuilder.hpp"
#include "storage/incoming_file.hpp"
#include "storage/set_aside.hpp"
#include "stream/folder_walk.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace pacs::archive {

namespace {

namespace fs = std::filesystem;

/// Foreign names that are listed; more are only as many as there are.
constexpr std::size_t foreign_limit = 100;
constexpr unsigned window_per_thread = 32;
constexpr std::size_t no_budget = std::numeric_limits<std::size_t>::max();  // what waits is small

struct Candidate {
    fs::path path;
    bool file = true;
    std::optional<CheckedFile> checked;
};

fs::path beside(const fs::path& path, const char* suffix)
{
    return path.string() + suffix;
}

void remove_index(const fs::path& path)
{
    for (const char* suffix : {"", "-wal", "-shm"}) {
        storage::remove_file(beside(path, suffix));
    }
}

class Rebuild {
public:
    Rebuild(const storage::Layout& layout, RecoveryReport& report, const RebuildOptions& options)
        : layout_(layout),
          report_(report),
          options_(options),
          rebuilder_(beside(layout.index(), ".new"))
    {
    }

    void run()
    {
        stream::FolderWalk walk{layout_.objects()};
        OrderedWork<Candidate, Candidate>{
            {threads_or_cores(options_.threads), no_budget, window_per_thread},
            {[&] { return next(walk); },
             [](Candidate&& candidate) {
                 if (candidate.file && !StopFlag::instance().raised()) {
                     candidate.checked = check_file(candidate.path);
                 }
                 return std::move(candidate);
             },
             [this](Candidate&& candidate, bool) {
                 stop_when_told();
                 take(candidate);
             },
             [](const Candidate&) { return std::size_t{0}; }}}
            .run();
        stop_when_told();
        rebuilder_.finish([this](const index::StoredInstance& stored) { return read(stored); });
    }

private:
    static void stop_when_told()
    {
        if (StopFlag::instance().raised()) {
            throw Error(ErrorKind::limit, "rebuilding the index: stopped");
        }
    }

    static std::optional<Candidate> next(stream::FolderWalk& walk)
    {
        using Kind = stream::WalkEntry::Kind;
        const auto entry = walk.next();
        if (entry && entry->kind == Kind::failed) {
            throw Error(ErrorKind::storage,
                        fmt::format("reading folder {}: {}", entry->path.string(), entry->message));
        }
        return entry ? std::optional{Candidate{entry->path, entry->kind == Kind::file, {}}}
                     : std::nullopt;
    }

    void take(Candidate& candidate)
    {
        if (!candidate.checked) {
            name_foreign(candidate.path);
            return;
        }
        CheckedFile& file = *candidate.checked;
        if (options_.on_progress) {
            options_.on_progress(1, file.size);
        }
        if (file.objection) {
            set_aside(candidate.path, file);
            return;
        }
        const fs::path place = layout_.object(
            {file.record.study_uid, file.record.series_uid, file.record.instance_uid});
        if (place != candidate.path || !rebuilder_.insert(file.record)) {
            name_foreign(candidate.path);
            return;
        }
        ++report_.adopted;
    }

    void set_aside(const fs::path& path, const CheckedFile& file)
    {
        storage::quarantine(layout_, path, file.sha256,
                            found_record(path.lexically_relative(layout_.root()).string(),
                                         file.objection->detail, file.sha256, file.size));
        if (!storage::remove_file(path)) {
            throw Error(ErrorKind::storage, fmt::format("removing {}: it failed", path.string()));
        }
        ++report_.set_aside;
    }

    index::InstanceRecord read(const index::StoredInstance& stored) const
    {
        const fs::path path =
            layout_.object({stored.study_uid, stored.series_uid, stored.instance_uid});
        CheckedFile file = check_file(path);
        if (file.objection || file.sha256 != stored.sha256) {
            throw Error(ErrorKind::storage,
                        fmt::format("reading {}: it changed meanwhile", path.string()));
        }
        return std::move(file.record);
    }

    void name_foreign(const fs::path& path)
    {
        if (report_.foreign.size() < foreign_limit) {
            report_.foreign.push_back(path.lexically_relative(layout_.root()).string());
        }
    }

    const storage::Layout& layout_;
    RecoveryReport& report_;
    const RebuildOptions& options_;
    index::Rebuilder rebuilder_;
};

/// A log that lies beside would be taken for the new index's own. What it holds goes into the old
/// one first, which is then complete without it; an old one that cannot be opened has nothing to
/// lose.
void settle_old_index(const fs::path& path)
{
    try {
        if (fs::exists(path)) {
            index::Index::create_or_migrate(path);
            index::Writer old{path, index::Synchronous::full};
            old.checkpoint();
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::storage) {
            throw;
        }
    }
    storage::remove_file(beside(path, "-wal"));
    storage::remove_file(beside(path, "-shm"));
}

}  // namespace

void rebuild_index(const storage::Layout& layout, RecoveryReport& report,
                   const RebuildOptions& options)
{
    const fs::path fresh = beside(layout.index(), ".new");
    remove_index(fresh);
    try {
        Rebuild{layout, report, options}.run();
    } catch (...) {
        remove_index(fresh);
        throw;
    }
    settle_old_index(layout.index());
    if (::rename(fresh.c_str(), layout.index().c_str()) != 0) {
        throw Error(ErrorKind::storage, fmt::format("renaming to {}: {}", layout.index().string(),
                                                    std::strerror(errno)));
    }
    flush_folder(layout.root());
}

RecoveryReport rebuild_archive(const fs::path& folder, const RebuildOptions& options)
{
    const storage::Layout layout{folder};
    storage::read_settings(layout);
    const FileLock lock{layout.lock()};
    RecoveryReport report;
    report.index_created = true;
    rebuild_index(layout, report, options);
    recover(layout, Durability::flushed, report);
    return report;
}

}  // namespace pacs::archive
