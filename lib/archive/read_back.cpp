#include "archive/read_back.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

#include <fcntl.h>

#include <filesystem>
#include <span>
#include <vector>

namespace pacs::archive {

namespace {

/// The entries that lead to a file, which nobody has flushed when durability is os.
void flush_folders(const storage::Layout& layout, const std::filesystem::path& file)
{
    for (auto folder = file.parent_path(); folder != layout.root(); folder = folder.parent_path()) {
        flush_folder(folder);
    }
}

}  // namespace

ReadBack read_back(const Archive& archive, const index::StoredInstance& stored,
                   const std::function<bool()>& give_up)
{
    constexpr std::size_t piece_bytes = std::size_t{1} << 20U;
    const auto path =
        archive.layout().object({stored.study_uid, stored.series_uid, stored.instance_uid});
    std::error_code error;
    if (std::filesystem::symlink_status(path, error).type() ==
        std::filesystem::file_type::not_found) {
        return ReadBack::missing;
    }
    const Descriptor file = open_for_reading(path);
    flush_file(file.get(), path);
    if (archive.durability() == Durability::os) {
        flush_folders(archive.layout(), path);
    }
    (void)::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);  // advice: it may be ignored
    std::vector<std::byte> buffer(piece_bytes);
    Sha256 digest;
    std::uint64_t size = 0;
    for (;;) {
        if (give_up && give_up()) {
            return ReadBack::given_up;
        }
        const std::size_t got = read_some(file.get(), buffer, path);
        digest.update(std::span{buffer}.first(got));
        size += got;
        if (got < buffer.size() || size > stored.size) {
            break;
        }
    }
    const bool same = size == stored.size && to_hex(digest.finish()) == stored.sha256;
    return same ? ReadBack::same : ReadBack::differs;
}

}  // namespace pacs::archive
