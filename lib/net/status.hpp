#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::net {

/// The class of a DIMSE status code, PS3.7 Annex C.
enum class StatusClass : std::uint8_t { success, warning, failure, cancel, pending };

/// Which service's words a code is read in: the same code means different things.
enum class Service : std::uint8_t { general, echo, store, find, move, get, event, action };

/// A DIMSE response status (0000,0900): 16 bits, written as four hex digits everywhere.
struct Status {
    std::uint16_t code = 0;

    bool operator==(const Status&) const = default;

    /// Classed by PS3.7 Annex C: 0000 success; 0001, 0107, 0116, Bxxx warning; FE00 cancel; FF00,
    /// FF01 pending. Every other code is a failure, also one nobody defined.
    StatusClass status_class() const noexcept;
    bool success() const noexcept { return status_class() == StatusClass::success; }
    bool warning() const noexcept { return status_class() == StatusClass::warning; }
    bool failure() const noexcept { return status_class() == StatusClass::failure; }
    bool pending() const noexcept { return status_class() == StatusClass::pending; }
    bool cancelled() const noexcept { return status_class() == StatusClass::cancel; }

    std::string hex() const;  ///< "A700"
    /// The standard's words for the code in a service, those of PS3.7 Annex C when the service has
    /// none, "unknown status" when nobody has.
    std::string_view meaning(Service service) const noexcept;
    /// True when the same request may succeed later: out of resources (A7xx, 0213),
    /// processing failure (0110). Never for warnings and success.
    bool transient() const noexcept;
};

std::string_view to_string(StatusClass status_class) noexcept;  ///< "failure"

/// A status that a server of ours answers with, and when. Code that answers takes its status from
/// such a rule, and pacs-conformance(7) lists the same rules, so that the two cannot differ.
struct StatusRule {
    Status status;
    std::string_view when;  ///< for people, without a full stop
};

/// The codes the library itself sends or looks for, PS3.7 Annex C and PS3.4.
namespace statuses {
inline constexpr Status success{0x0000};
inline constexpr Status processing_failure{0x0110};
inline constexpr Status duplicate_instance{0x0111};
inline constexpr Status no_such_instance{0x0112};
inline constexpr Status invalid_argument{0x0115};
inline constexpr Status invalid_instance{0x0117};
inline constexpr Status no_such_class{0x0118};
inline constexpr Status class_instance_conflict{0x0119};
inline constexpr Status class_not_supported{0x0122};
inline constexpr Status no_such_action{0x0123};
inline constexpr Status not_authorised{0x0124};
inline constexpr Status duplicate_invocation{0x0210};
inline constexpr Status unrecognised_operation{0x0211};
inline constexpr Status mistyped_argument{0x0212};
inline constexpr Status resource_limitation{0x0213};
inline constexpr Status out_of_resources{0xA700};
inline constexpr Status move_destination_unknown{0xA801};
inline constexpr Status identifier_mismatch{0xA900};  ///< find, move, get: does not match SOP class
inline constexpr Status data_set_mismatch{0xA900};    ///< store: data set does not match SOP class
inline constexpr Status coerced{0xB000};
inline constexpr Status cannot_understand{0xC000};
inline constexpr Status cancel{0xFE00};
inline constexpr Status pending{0xFF00};
inline constexpr Status pending_keys_unsupported{0xFF01};
}  // namespace statuses

}  // namespace pacs::net
