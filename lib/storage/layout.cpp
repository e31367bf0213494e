#include "storage/layout.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/uid.hpp"

#include <sys/random.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

namespace pacs::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t settings_limit_bytes = std::size_t{64} * 1024;

void require_uid(std::string_view uid, std::string_view what)
{
    if (!dicom::is_valid_uid(uid)) {
        throw Error(ErrorKind::data,
                    fmt::format("naming an object: its {} UID is not valid", what));
    }
}

void make_folder(const fs::path& folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        throw Error(ErrorKind::storage,
                    fmt::format("making folder {}: {}", folder.string(), error.message()));
    }
}

/// A random (version 4) UUID, RFC 4122.
std::string random_uuid()
{
    std::array<std::byte, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw Error(ErrorKind::storage,
                    fmt::format("asking the system for random bytes: {}", std::strerror(errno)));
    }
    bytes[6] = (bytes[6] & std::byte{0x0F}) | std::byte{0x40};
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};
    const std::string hex = to_hex(bytes);
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20));
}

/// What an interrupted create_archive() may have left; anything else is not ours to build on.
void require_free_for_use(const Layout& layout)
{
    const std::array ours{layout.objects(), layout.incoming(), layout.quarantine(),
                          layout.conflicts(), layout.lock()};
    std::error_code error;
    for (fs::directory_iterator entry{layout.root(), error}, end; entry != end;
         entry.increment(error)) {
        const bool known = std::ranges::find(ours, entry->path()) != ours.end() ||
                           entry->path().filename().string().starts_with(".archive.toml.") ||
                           entry->path().filename() == "lost+found";
        if (!known || (entry->is_directory() && entry->path() == layout.objects() &&
                       !fs::is_empty(entry->path()))) {
            throw Error(ErrorKind::refused,
                        fmt::format("making an archive in {}: the folder holds other things ({})",
                                    layout.root().string(), entry->path().filename().string()),
                        "name an empty or a new folder");
        }
        if (error) {
            break;
        }
    }
    if (error) {
        throw Error(ErrorKind::storage,
                    fmt::format("reading folder {}: {}", layout.root().string(), error.message()));
    }
}

std::string settings_text(const ArchiveSettings& settings)
{
    return fmt::format(
        "# An archive of DICOM objects; see pacs-archive(5). Written once, do not change.\n"
        "format = {}\n"
        "uuid = \"{}\"\n",
        settings.format, settings.uuid);
}

}  // namespace

std::string shard_of(std::string_view study_uid)
{
    const Sha256Value digest = Sha256::of(std::as_bytes(std::span{study_uid}));
    return to_hex(std::span{digest}.first(1));
}

fs::path object_path(const InstanceUids& uids)
{
    require_uid(uids.study, "Study Instance");
    require_uid(uids.series, "Series Instance");
    require_uid(uids.instance, "SOP Instance");
    return fmt::format("objects/{}/{}/{}/{}.dcm", shard_of(uids.study), uids.study, uids.series,
                       uids.instance);
}

bool is_archive(const fs::path& folder)
{
    std::error_code error;
    return fs::is_regular_file(Layout{folder}.settings(), error);
}

void prepare_root(const Layout& layout)
{
    if (!is_archive(layout.root())) {
        make_folder(layout.root());
        require_free_for_use(layout);
    }
}

void create_archive(const Layout& layout)
{
    if (is_archive(layout.root())) {
        return;
    }
    prepare_root(layout);
    for (const fs::path& folder :
         {layout.objects(), layout.incoming(), layout.quarantine(), layout.conflicts()}) {
        make_folder(folder);
    }
    flush_folder(layout.root());
    const std::string text = settings_text({.uuid = random_uuid()});
    replace_file(layout.settings(), std::as_bytes(std::span{text}));
}

ArchiveSettings read_settings(const Layout& layout)
{
    const std::string file = layout.settings().string();
    const auto fail = [&file](std::string_view reason, std::string hint = {}) {
        throw Error(ErrorKind::storage, fmt::format("reading {}: {}", file, reason),
                    std::move(hint));
    };
    ArchiveSettings settings;
    try {
        const toml::table table = toml::parse(read_file(file, settings_limit_bytes), file);
        settings.format = table["format"].value<int>().value_or(0);
        settings.uuid = table["uuid"].value<std::string>().value_or("");
    } catch (const toml::parse_error& error) {
        fail(error.description());
    }
    if (settings.format > format_version) {
        fail(fmt::format("the archive has format {}, this program knows {}", settings.format,
                         format_version),
             "use the version of pacs-utils that wrote it, or a newer one");
    }
    if (settings.format < 1 || settings.uuid.empty()) {
        fail("it names no format and uuid");
    }
    return settings;
}

}  // namespace pacs::storage
