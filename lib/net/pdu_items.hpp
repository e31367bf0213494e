#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// What the encoder and the decoder of A-ASSOCIATE PDUs share: item types and big endian numbers.
namespace pacs::net {

/// Item and sub-item types, PS3.8 9.3.2 and Annex D, PS3.7 Annex D.3.3.
enum class ItemType : std::uint8_t {
    application_context = 0x10,
    proposed_context = 0x20,
    answered_context = 0x21,
    abstract_syntax = 0x30,
    transfer_syntax = 0x40,
    user_information = 0x50,
    max_length = 0x51,
    implementation_class = 0x52,
    async_window = 0x53,
    role_selection = 0x54,
    implementation_version = 0x55,
    extended = 0x56,
    common_extended = 0x57,
    identity_rq = 0x58,
    identity_ac = 0x59,
};

inline std::uint16_t read_be16(std::span<const std::byte, 2> bytes) noexcept
{
    return static_cast<std::uint16_t>((std::to_integer<unsigned>(bytes[0]) << 8U) |
                                      std::to_integer<unsigned>(bytes[1]));
}

inline std::uint32_t read_be32(std::span<const std::byte, 4> bytes) noexcept
{
    return (std::uint32_t{read_be16(bytes.first<2>())} << 16U) | read_be16(bytes.last<2>());
}

}  // namespace pacs::net
