#pragma once

#include "dicom/tag.hpp"

/// The elements of command sets, PS3.7 Annex E.1.
namespace pacs::net::command_tags {

using dicom::Tag;

inline constexpr Tag group_length{0x0000, 0x0000};
inline constexpr Tag affected_sop_class{0x0000, 0x0002};
inline constexpr Tag requested_sop_class{0x0000, 0x0003};
inline constexpr Tag command_field{0x0000, 0x0100};
inline constexpr Tag message_id{0x0000, 0x0110};
inline constexpr Tag message_id_responded{0x0000, 0x0120};
inline constexpr Tag move_destination{0x0000, 0x0600};
inline constexpr Tag priority{0x0000, 0x0700};
inline constexpr Tag data_set_type{0x0000, 0x0800};
inline constexpr Tag status{0x0000, 0x0900};
inline constexpr Tag offending_element{0x0000, 0x0901};
inline constexpr Tag error_comment{0x0000, 0x0902};
inline constexpr Tag error_id{0x0000, 0x0903};
inline constexpr Tag affected_sop_instance{0x0000, 0x1000};
inline constexpr Tag requested_sop_instance{0x0000, 0x1001};
inline constexpr Tag event_type{0x0000, 0x1002};
inline constexpr Tag action_type{0x0000, 0x1008};
inline constexpr Tag remaining{0x0000, 0x1020};
inline constexpr Tag completed{0x0000, 0x1021};
inline constexpr Tag failed{0x0000, 0x1022};
inline constexpr Tag warning{0x0000, 0x1023};
inline constexpr Tag move_originator{0x0000, 0x1030};
inline constexpr Tag move_originator_id{0x0000, 0x1031};

/// Command Data Set Type (0000,0800) that says "no data set"; every other value says there is one.
inline constexpr std::uint16_t no_data_set = 0x0101;

}  // namespace pacs::net::command_tags
