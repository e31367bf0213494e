#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace pacs::query {

/// A set of texts by 126 bits of each, so that two million UIDs take 64 MiB and not 300; that two
/// different ones be taken for one is not to be expected in the life of the world.
class Fingerprints {
public:
    /// False when it is in already. Throws std::bad_alloc.
    bool insert(std::string_view text);
    bool contains(std::string_view text) const noexcept;
    /// Remembers that the text was met again; false when it is not in.
    bool mark(std::string_view text) noexcept;
    void unmark() noexcept;
    std::uint64_t size() const noexcept { return size_; }
    std::uint64_t marked() const noexcept { return marked_; }

private:
    struct Slot {
        std::uint64_t high = 0;  // 0: empty
        std::uint64_t low = 0;   // its lowest bit: marked
    };
    static Slot slot_of(std::string_view text) noexcept;
    /// The one that holds it, or the empty one where it would go.
    std::size_t find(const Slot& wanted) const noexcept;
    void grow();

    std::vector<Slot> slots_;
    std::uint64_t size_ = 0;
    std::uint64_t marked_ = 0;
};

}  // namespace pacs::query
