#pragma once

#include "base/file.hpp"
#include "base/space.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pacs {

/// Lines kept for later in a file without a name, in $TMPDIR or /tmp: memory does not grow with
/// them, and nothing is left behind however the program ends. Only for this user to read.
class Spool {
public:
    /// Throws Error(storage).
    Spool();

    /// Adds a line, with its newline. Throws Error(storage) when the disk is full, but for a
    /// reserve (SpaceGuard::usual).
    void add(std::string_view line);
    /// Goes to the front: the descriptor, ours, reads all that was added. Throws Error(storage).
    int rewind();

private:
    void drain();

    std::string folder_;
    Descriptor file_;
    std::optional<SpaceGuard> space_;
    std::string buffer_;
};

}  // namespace pacs
