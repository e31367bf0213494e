// Any text as the layout of files that are fetched, any values as what an object says of itself: a
// layout is usable or an Error(usage), and no name that comes of it leaves its folder, is hidden,
// has a part that no file system takes, or a character that a shell or terminal would stumble over.

#include "base/error.hpp"
#include "retrieve/naming.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace pacs;

namespace {

constexpr std::size_t longest_part = 255;  // NAME_MAX

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

bool is_plain(char c)
{
    constexpr std::string_view others = "-_.";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

void check_part(std::string_view part)
{
    require(!part.empty() && part.front() != '.' && part.size() <= longest_part);
    require(std::all_of(part.begin(), part.end(), is_plain));
}

void check_name(std::string_view name, std::string_view layout)
{
    std::size_t parts = 1;
    for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
         slash = name.find('/')) {
        check_part(name.substr(0, slash));
        name.remove_prefix(slash + 1);
        ++parts;
    }
    check_part(name);
    // no value brings a folder of its own
    require(parts == 1 + static_cast<std::size_t>(std::count(layout.begin(), layout.end(), '/')));
}

/// A line of the input as the value of each tag in turn.
dicom::DataSet header_of(std::string_view values)
{
    dicom::DataSet header;
    for (const dicom::Tag tag : retrieve::Naming::wanted()) {
        const std::size_t end = std::min(values.find('\n'), values.size());
        header.set_text(tag, std::string{values.substr(0, end)}, dicom::Vr::LO);
        values.remove_prefix(std::min(end + 1, values.size()));
    }
    return header;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const std::size_t end = std::min(text.find('\n'), size);
    const std::string_view layout = text.substr(0, end);
    const std::string_view values = text.substr(std::min(end + 1, size));
    try {
        const retrieve::Naming naming{layout};
        check_name(naming.name_of(header_of(values)), layout);
        check_name(naming.name_of(dicom::DataSet{}), layout);
    } catch (const Error& error) {
        require(error.kind() == ErrorKind::usage);
    }
    check_name(retrieve::Naming{}.name_of(header_of(text)), retrieve::Naming::usual);
    return 0;
}
