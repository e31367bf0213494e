#include "scan/dicomdir.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/data_set.hpp"
#include "dicom/part10.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string_view>

namespace pacs::scan {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest = std::size_t{256} << 20U;
constexpr dicom::Tag record_sequence{0x0004, 0x1220};
constexpr dicom::Tag referenced_file{0x0004, 0x1500};

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_there(const fs::path& path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

bool leads_elsewhere(const std::string& component)
{
    return component.empty() || component == "." || component == ".." ||
           component.find('/') != std::string::npos || component.find('\0') != std::string::npos;
}

/// Empty when the name is none.
std::string path_of(const fs::path& folder, const std::vector<std::string>& components)
{
    fs::path path = folder;
    fs::path small = folder;
    for (const std::string& component : components) {
        if (leads_elsewhere(component)) {
            return {};
        }
        std::string letters = component;
        std::transform(letters.begin(), letters.end(), letters.begin(), lower);
        path /= component;
        small /= letters;
    }
    return (!is_there(path) && is_there(small) ? small : path).string();
}

}  // namespace

bool is_directory_name(const std::string& path) noexcept
{
    constexpr std::string_view name = "dicomdir";
    const std::string_view last = std::string_view{path}.substr(path.rfind('/') + 1);
    return last.size() == name.size() && std::equal(last.begin(), last.end(), name.begin(),
                                                    [](char a, char b) { return lower(a) == b; });
}

std::vector<std::string> named_files(const std::string& dicomdir)
{
    const std::string text = read_file(dicomdir, largest);
    const auto bytes = std::as_bytes(std::span{text});
    const dicom::FileHead head =
        dicom::read_file_head(bytes.first(std::min(bytes.size(), dicom::file_head_bytes)));
    const auto rest = bytes.subspan(
        static_cast<std::size_t>(std::min<std::uint64_t>(head.data_offset, bytes.size())));
    const dicom::DataSet data =
        dicom::decode(rest, head.syntax, {.elements = 20'000'000, .inflated_bytes = largest});
    std::vector<std::string> files;
    const dicom::Element* records = data.find(record_sequence);
    if (records == nullptr) {
        throw Error(ErrorKind::data, "reading " + dicomdir + ": it has no directory records");
    }
    for (const dicom::DataSet& record : records->items) {
        const std::vector<std::string> components = record.texts(referenced_file);
        std::string path =
            components.empty() ? "" : path_of(fs::path{dicomdir}.parent_path(), components);
        if (!path.empty()) {
            files.push_back(std::move(path));
        }
    }
    return files;
}

std::vector<std::string> missing_files(const std::string& dicomdir)
{
    try {
        std::vector<std::string> files = named_files(dicomdir);
        std::erase_if(files, [](const std::string& path) { return is_there(path); });
        return files;
    } catch (const Error&) {
        return {};  // it is only a hint
    }
}

}  // namespace pacs::scan
