#include "archive/archive.hpp"

#include "archive/rebuild.hpp"
#include "archive/recover.hpp"

#include <system_error>

namespace pacs::archive {

namespace {

bool is_missing(const std::filesystem::path& index)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(index, error);
    return error == std::errc::no_such_file_or_directory || (!error && size == 0);
}

}  // namespace

Archive Archive::open_for_writing(const std::filesystem::path& folder, Durability durability)
{
    Archive archive{folder};
    const storage::Layout& layout = archive.layout_;
    archive.durability_ = durability;
    if (storage::is_archive(folder)) {
        storage::read_settings(layout);  // a newer format is refused before anything is touched
    }
    storage::prepare_root(layout);
    archive.lock_.emplace(layout.lock());
    archive.recovery_.created = !storage::is_archive(folder);
    storage::create_archive(layout);
    archive.settings_ = storage::read_settings(layout);
    archive.recovery_.index_created = is_missing(layout.index());
    if (archive.recovery_.index_created && !archive.recovery_.created) {
        rebuild_index(layout, archive.recovery_);
    }
    index::Index::create_or_migrate(layout.index());
    recover(layout, durability, archive.recovery_);
    archive.index_.emplace(layout.index());
    return archive;
}

Archive Archive::open_for_reading(const std::filesystem::path& folder)
{
    Archive archive{folder};
    archive.settings_ = storage::read_settings(archive.layout_);
    archive.index_.emplace(archive.layout_.index());
    return archive;
}

}  // namespace pacs::archive
