#include "archive/recover.hpp"

#include "archive/object_check.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "storage/folders.hpp"
#include "storage/incoming_file.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>
#include <vector>

namespace pacs::archive {

namespace {

namespace fs = std::filesystem;

/// Foreign names that are listed; more are only as many as there are.
constexpr std::size_t foreign_limit = 100;

index::Synchronous synchronous(Durability durability)
{
    return durability == Durability::flushed ? index::Synchronous::full
                                             : index::Synchronous::normal;
}

class Recovery {
public:
    Recovery(const storage::Layout& layout, Durability durability, RecoveryReport& report)
        : layout_(layout),
          report_(report),
          folders_(layout.root()),
          writer_(layout.index(), synchronous(durability))
    {
    }

    void clear_incoming()
    {
        storage::visit_leftovers(layout_, [this](const storage::Leftover& leftover) {
            if (!leftover.ours) {
                name_foreign(leftover.path);
            } else if (!leftover.sha256) {
                remove(leftover.path);
                ++report_.cleared;
            } else {
                look_at_sealed(leftover);
            }
        });
    }

private:
    // Sealed: whole when its digest is right. Its row, its place and its bytes decide.
    void look_at_sealed(const storage::Leftover& leftover)
    {
        CheckedFile file = check_file(leftover.path);
        const bool whole = file.sha256 == *leftover.sha256;
        if (file.objection) {
            // Never answered, or set aside already: then that is its other name.
            clear_damaged(leftover, whole);
            return;
        }
        const fs::path place = layout_.object(
            {file.record.study_uid, file.record.series_uid, file.record.instance_uid});
        const bool in_place = storage::same_file(leftover.path, place);
        const auto row = writer_.find(file.record.instance_uid);
        if (row && row->sha256 == *leftover.sha256) {
            settle(leftover, place, in_place, whole);
        } else if (in_place && whole) {
            adopt(leftover, place, file.record, row);
        } else if (in_place && !row) {
            remove(place);
            folders_.flush(place.parent_path());
            remove(leftover.path);
            ++report_.withdrawn;
        } else {
            remove(leftover.path);
            ++report_.cleared;
        }
    }

    // Committed, and perhaps answered: it stays, also when the disk has spoilt it.
    void settle(const storage::Leftover& leftover, const fs::path& place, bool in_place, bool whole)
    {
        std::error_code error;
        if (!in_place && whole && !fs::exists(fs::symlink_status(place, error))) {
            folders_.make(place.parent_path());
            storage::link_file(leftover.path, place);
            folders_.flush(place.parent_path());
            ++report_.adopted;
        } else {
            ++report_.settled;
        }
        if (in_place && !whole) {
            log::error("object {}: its file is not what was stored", place.string());
        }
        remove(leftover.path);
    }

    // In place and whole, but its row was not committed: it is as good as any stored object.
    void adopt(const storage::Leftover& leftover, const fs::path& place,
               index::InstanceRecord& record, const std::optional<index::StoredInstance>& row)
    {
        if (row && (row->study_uid != record.study_uid || row->series_uid != record.series_uid)) {
            // The UID belongs to another place; this one was never answered.
            remove(place);
            folders_.flush(place.parent_path());
            remove(leftover.path);
            ++report_.withdrawn;
            return;
        }
        {
            const Descriptor file = open_for_reading(place);
            flush_file(file.get(), place);
        }
        folders_.flush(place.parent_path());
        writer_.begin();
        if (row) {
            writer_.replace(record);
        } else {
            writer_.insert(record);
        }
        writer_.commit();
        remove(leftover.path);
        ++report_.adopted;
    }

    void clear_damaged(const storage::Leftover& leftover, bool whole)
    {
        if (!whole && leftover.links > 1) {
            // Its other name may be anywhere under objects/ and cannot be told from the bytes. The
            // entry stays as the only witness.
            log::error("{}: damaged, and it has another name", leftover.path.string());
            name_foreign(leftover.path);
            return;
        }
        remove(leftover.path);
        ++report_.cleared;
    }

    void remove(const fs::path& path)
    {
        if (!storage::remove_file(path)) {
            throw Error(ErrorKind::storage, fmt::format("removing {}: it failed", path.string()));
        }
    }

    void name_foreign(const fs::path& path)
    {
        if (report_.foreign.size() < foreign_limit) {
            report_.foreign.push_back(path.lexically_relative(layout_.root()).string());
        }
    }

    const storage::Layout& layout_;
    RecoveryReport& report_;
    storage::Folders folders_;
    index::Writer writer_;
};

}  // namespace

void recover(const storage::Layout& layout, Durability durability, RecoveryReport& report)
{
    Recovery{layout, durability, report}.clear_incoming();
}

}  // namespace pacs::archive
