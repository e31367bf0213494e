#pragma once

#include "dicom/walk_object.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// The fragments of encapsulated pixel data (PS3.5 A.4) where they lie in an object, put together
/// to frames one at a time. Their item headers must have been proved by a StructureWalker.
class Fragments {
public:
    /// `begin`: where the item of the Basic Offset Table starts, `end`: where the delimiter does.
    /// `read_at` must outlive it. Throws what that throws; Error(data) when the object became
    /// shorter meanwhile.
    Fragments(const ReadAt& read_at, std::uint64_t begin, std::uint64_t end);

    /// All fragments in their order, without offset table, in pieces.
    void read_all(const std::function<void(std::span<const std::byte>)>& take) const;

    /// Finds where frames start: all fragments are one frame, or each is one, or the offset table
    /// says, the Basic one, else the Extended one (its value, PS3.3 C.7.6.3.1.8), or, without any,
    /// the marks with which codestreams of JPEG, JPEG-LS and JPEG 2000 begin.
    /// Throws Error(data) when nobody says.
    void divide(std::uint64_t frames, std::string_view extended_offsets);
    std::uint64_t frames() const noexcept { return starts_.size(); }
    /// A frame from all its fragments, after divide(). Throws Error(data) when it is longer than
    /// `limit_bytes`.
    std::string frame(std::size_t index, std::uint64_t limit_bytes) const;

private:
    struct Fragment {
        std::uint64_t offset = 0;  ///< of its value
        std::uint32_t bytes = 0;
    };
    void divide_by_marks();
    void divide_by(std::string_view table, std::size_t entry_bytes, std::uint64_t frames);

    const ReadAt& read_at_;
    Fragment table_;  ///< the Basic Offset Table
    std::vector<Fragment> fragments_;
    std::vector<std::size_t> starts_;  ///< index of each frame's first fragment
};

}  // namespace pacs::dicom
