#include "storage/set_aside.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <span>
#include <system_error>

namespace pacs::storage {

namespace {

namespace fs = std::filesystem;

/// The object first, its record after it: a record without object would explain nothing.
fs::path put(const fs::path& path, const fs::path& folder, const std::string& sha256,
             std::string_view record)
{
    fs::path name = folder / (sha256 + ".dcm");
    const fs::path words = folder / (sha256 + ".json");
    {
        const Descriptor file = open_for_reading(path);
        flush_file(file.get(), path);
    }
    link_file(path, name);
    std::error_code error;
    if (!fs::exists(words, error)) {
        replace_file(words, std::as_bytes(std::span{record}));  // flushes the folder too
    } else {
        flush_folder(folder);
    }
    return name;
}

}  // namespace

fs::path quarantine(const Layout& layout, const fs::path& path, const std::string& sha256,
                    std::string_view record)
{
    return put(path, layout.quarantine(), sha256, record);
}

fs::path set_conflict_aside(const Layout& layout, const fs::path& path,
                            const std::string& instance_uid, const std::string& sha256,
                            std::string_view record)
{
    if (!dicom::is_valid_uid(instance_uid)) {
        throw Error(ErrorKind::data, "setting an object aside: its SOP Instance UID is not valid");
    }
    const fs::path folder = layout.conflicts() / instance_uid;
    std::error_code error;
    if (fs::create_directory(folder, error)) {
        flush_folder(layout.conflicts());
    } else if (error) {
        throw Error(ErrorKind::storage,
                    fmt::format("making folder {}: {}", folder.string(), error.message()));
    }
    return put(path, folder, sha256, record);
}

}  // namespace pacs::storage
