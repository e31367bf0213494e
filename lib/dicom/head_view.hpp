#pragma once

#include "dicom/element_header.hpp"
#include "dicom/tag.hpp"
#include "dicom/vr.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// Finds wanted top-level elements in the first bytes of a data set that lie in memory: the quick
/// way for the many objects that are as they should be. Values are views into those bytes; nothing
/// is allocated for an element once the list of values has grown to its size. What is out of the
/// ordinary it leaves to a HeaderScanner, and it proves nothing about the structure: sequences of
/// defined length are passed over.
class HeadView {
public:
    struct Value {
        Tag tag;
        Vr vr = Vr::none;
        std::string_view bytes;  ///< as they stand, padding included; of a sequence with its header
    };
    enum class State : std::uint8_t {
        complete,  ///< no wanted element can follow
        short_of,  ///< more bytes are needed
        odd,       ///< a HeaderScanner must look: big endian, deflated, unknown VRs, tags out of
                   ///< order, sequences in UN, deep nesting, anything broken
    };

    /// `wanted` must be ascending and outlive the view. As with a HeaderScanner bulk VRs are never
    /// kept, nor values longer than 64 KiB.
    explicit HeadView(std::span<const Tag> wanted) noexcept : wanted_(wanted) {}

    /// Looks at the first bytes of a data set of `total_bytes` in all. The values are valid until
    /// the next call and as long as the bytes. Little endian only.
    State read(std::span<const std::byte> bytes, std::uint64_t total_bytes, bool explicit_vr);

    std::span<const Value> values() const noexcept { return values_; }
    /// The first element seen whose value ends behind the end of the data set; none: tag 0. Pixel
    /// data in fragments does not tell.
    Tag cut_off() const noexcept { return cut_off_; }
    /// How many bytes are missing at that element.
    std::uint64_t missing() const noexcept { return missing_; }

private:
    bool skip_open_sequence(std::span<const std::byte> bytes, std::size_t& at, Encoding encoding);
    bool keep(const ElementHeader& header, std::string_view value, std::string_view element);

    std::span<const Tag> wanted_;
    std::size_t next_ = 0;  ///< into wanted_
    std::vector<Value> values_;
    Tag cut_off_;
    std::uint64_t missing_ = 0;
    bool short_of_ = false;
};

}  // namespace pacs::dicom
