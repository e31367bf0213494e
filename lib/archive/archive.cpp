#include "archive/archive.hpp"

#include "archive/recover.hpp"

namespace pacs::archive {

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
    archive.recovery_.index_created = index::Index::create_or_migrate(layout.index());
    recover(layout, durability, archive.recovery_.index_created && !archive.recovery_.created,
            archive.recovery_);
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
