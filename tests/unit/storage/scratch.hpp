#pragma once

#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace pacs::test {

/// A folder that is gone with the object.
class StorageScratch {
public:
    StorageScratch()
    {
        std::string name =
            (std::filesystem::temp_directory_path() / "pacs-storage-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no scratch folder");
        }
        path_ = name;
    }
    ~StorageScratch()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    StorageScratch(const StorageScratch&) = delete;
    StorageScratch& operator=(const StorageScratch&) = delete;
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace pacs::test
