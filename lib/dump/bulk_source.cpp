#include "dump/bulk_source.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <algorithm>

namespace pacs::dump {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(std::string_view uri, const std::string& reason)
{
    throw Error(ErrorKind::refused, "following " + std::string{uri.substr(0, 200)} + ": " + reason);
}

bool is_beneath(const fs::path& file, const fs::path& folder)
{
    const auto [end, ignored] =
        std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return end == folder.end();
}

}  // namespace

BulkSource::BulkSource(const std::vector<std::string>& folders)
{
    for (const std::string& folder : folders) {
        std::error_code error;
        folders_.push_back(fs::canonical(folder, error));
        if (error || !fs::is_directory(folders_.back(), error)) {
            throw Error(ErrorKind::usage, "reading --bulk-from " + folder + ": not a folder");
        }
    }
}

BulkBytes BulkSource::open(std::string_view uri) const
{
    const auto place = parse_bulk_uri(uri);
    if (!place) {
        refuse(uri, "not the URI of a file");
    }
    if (folders_.empty()) {
        refuse(uri, "no --bulk-from names a folder for it");
    }
    // Opened first, then asked where it is: no link can be put in its way between the two.
    Descriptor file = open_for_reading(place->file);
    std::error_code error;
    const fs::path real = fs::read_symlink("/proc/self/fd/" + std::to_string(file.get()), error);
    if (error || std::none_of(folders_.begin(), folders_.end(),
                              [&](const fs::path& folder) { return is_beneath(real, folder); })) {
        refuse(uri, "not in a folder that --bulk-from names");
    }
    BulkBytes bytes{stream::Content::of_descriptor(std::move(file), place->file.string()),
                    place->range};
    if (bytes.range.offset == 0 && bytes.range.length == 0) {
        bytes.range.length = bytes.content.size();
    }
    if (bytes.range.offset > bytes.content.size() ||
        bytes.range.length > bytes.content.size() - bytes.range.offset) {
        throw Error(ErrorKind::storage,
                    "following " + std::string{uri.substr(0, 200)} + ": the file is shorter");
    }
    return bytes;
}

}  // namespace pacs::dump
