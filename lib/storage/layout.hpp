#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pacs::storage {

/// The three UIDs that name an instance and its place.
struct InstanceUids {
    std::string study;
    std::string series;
    std::string instance;

    bool operator==(const InstanceUids&) const = default;
};

/// Two lower-case hex digits: the first byte of SHA-256 of the study UID. Spreads studies over 256
/// folders.
std::string shard_of(std::string_view study_uid);

/// "objects/ab/STUDY/SERIES/INSTANCE.dcm", relative to the archive. Throws Error(data) when one of
/// the UIDs is not valid (dicom/uid.hpp): nothing else from outside ever becomes part of a path.
std::filesystem::path object_path(const InstanceUids& uids);

/// Where things lie in an archive, pacs-archive(5). Only names; touches no disk.
class Layout {
public:
    explicit Layout(std::filesystem::path root) : root_(std::move(root)) {}

    const std::filesystem::path& root() const noexcept { return root_; }
    std::filesystem::path settings() const { return root_ / "archive.toml"; }
    std::filesystem::path lock() const { return root_ / "lock"; }
    std::filesystem::path index() const { return root_ / "index.db"; }
    std::filesystem::path objects() const { return root_ / "objects"; }
    std::filesystem::path incoming() const { return root_ / "incoming"; }
    std::filesystem::path quarantine() const { return root_ / "quarantine"; }
    std::filesystem::path conflicts() const { return root_ / "conflicts"; }
    std::filesystem::path commitments() const { return root_ / "commitments"; }
    /// Absolute when root is; throws as object_path().
    std::filesystem::path object(const InstanceUids& uids) const
    {
        return root_ / object_path(uids);
    }

private:
    std::filesystem::path root_;
};

/// The format of the folder that this library writes; an older one is brought up, a newer refused.
inline constexpr int format_version = 1;

/// What archive.toml says.
struct ArchiveSettings {
    int format = format_version;
    std::string uuid;  ///< 8-4-4-4-12 lower-case hex, random, made with the archive
};

/// True when `folder` holds an archive.toml.
bool is_archive(const std::filesystem::path& folder);

/// Makes the folder itself (parents too) and refuses one that holds anything else than an archive
/// or what an interrupted create_archive() left: Error(refused). Error(storage) when the disk says
/// no.
void prepare_root(const Layout& layout);

/// Makes the folder (parents too) and its subfolders; archive.toml comes last, so that a folder
/// with one is complete. Does nothing when it is an archive already. Throws as prepare_root().
void create_archive(const Layout& layout);

/// Reads archive.toml. Throws Error(storage) when there is none, it cannot be read, or a newer
/// version wrote it; nothing is touched.
ArchiveSettings read_settings(const Layout& layout);

}  // namespace pacs::storage
