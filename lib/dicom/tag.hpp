#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace pacs::dicom {

/// A data element tag, PS3.5 7.1: group and element in one ordered number.
struct Tag {
    std::uint32_t value = 0;

    constexpr Tag() = default;
    constexpr explicit Tag(std::uint32_t number) : value(number) {}
    constexpr Tag(std::uint16_t group, std::uint16_t element)
        : value((std::uint32_t{group} << 16U) | element)
    {
    }
    constexpr std::uint16_t group() const noexcept
    {
        return static_cast<std::uint16_t>(value >> 16U);
    }
    constexpr std::uint16_t element() const noexcept
    {
        return static_cast<std::uint16_t>(value & 0xFFFFU);
    }
    constexpr bool is_private() const noexcept { return (group() & 1U) != 0; }
    auto operator<=>(const Tag&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14

    std::string hex() const;        ///< "00100020", PS3.18 Annex F
    std::string formatted() const;  ///< "(0010,0020)"
};

/// The tags the library itself speaks of, by their PS3.6 keyword in snake_case.
namespace tags {
inline constexpr Tag specific_character_set{0x0008, 0x0005};
inline constexpr Tag sop_class_uid{0x0008, 0x0016};
inline constexpr Tag sop_instance_uid{0x0008, 0x0018};
inline constexpr Tag query_retrieve_level{0x0008, 0x0052};
inline constexpr Tag patient_name{0x0010, 0x0010};
inline constexpr Tag patient_id{0x0010, 0x0020};
inline constexpr Tag study_instance_uid{0x0020, 0x000D};
inline constexpr Tag series_instance_uid{0x0020, 0x000E};
inline constexpr Tag pixel_data{0x7FE0, 0x0010};
inline constexpr Tag item{0xFFFE, 0xE000};
inline constexpr Tag item_delimitation{0xFFFE, 0xE00D};
inline constexpr Tag sequence_delimitation{0xFFFE, 0xE0DD};
}  // namespace tags

}  // namespace pacs::dicom
