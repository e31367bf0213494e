#pragma once

#include "stream/content.hpp"
#include "stream/input.hpp"

#include <memory>
#include <optional>
#include <string>

namespace pacs::stream {

/// One member of a tar stream.
struct TarMember {
    std::string name;     ///< as it stood, any bytes; a label, never a path to be made
    Content content;      ///< of a regular file
    std::string refused;  ///< empty, or why the member is no object: "symbolic link", "sparse file"
};

/// Reads tar (ustar, pax, GNU) from an Input through libarchive, one member at a time: small ones
/// stay in memory, large ones go to an unlinked temporary file, whose size is that of the bytes
/// that came, whatever the header says.
class TarReader {
public:
    explicit TarReader(Input& input);
    ~TarReader();
    TarReader(const TarReader&) = delete;
    TarReader& operator=(const TarReader&) = delete;

    /// The next member that is not a folder; nullopt at the end of the stream.
    /// Throws Error(data) when the stream is damaged or cut, also between two members, for then it
    /// has no end mark (IEEE 1003.1 pax, "end-of-archive indicator"); Error(storage) when it cannot
    /// be spooled.
    std::optional<TarMember> next();

    /// True when `start` (512 bytes or more) begins a tar stream.
    static bool recognise(std::span<const std::byte> start) noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pacs::stream
