#pragma once

#include "base/file.hpp"

#include <cstddef>
#include <filesystem>
#include <span>

namespace pacs::retrieve {

/// A file on its way to its name. Where the file system can, it has no name at all until then
/// (O_TMPFILE), and nothing is left of it when the program dies; else it has a hidden one,
/// ".pacs-get-PID-N.part", in the folder where all begins. All but the destructor throw
/// Error(storage).
class NewFile {
public:
    /// How files begin in `folder`, found out by trying; also proves that it can be written to.
    static bool can_be_nameless(const std::filesystem::path& folder);

    NewFile(std::filesystem::path folder, bool nameless);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(std::span<const std::byte> bytes);
    void flush();
    /// Gives it its name, unless that is taken: false. Its folder must exist.
    bool publish(const std::filesystem::path& path);
    /// Gives it its name, in the place of what has it.
    void replace(const std::filesystem::path& path);
    /// A path by which it can be read now.
    std::filesystem::path readable() const;

private:
    bool link_to(const std::filesystem::path& path) const;
    std::filesystem::path hidden_name() const;

    std::filesystem::path folder_;
    std::filesystem::path part_;  ///< its hidden name; empty: it has none
    Descriptor file_;
};

}  // namespace pacs::retrieve
