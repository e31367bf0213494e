#pragma once

#include "net/association.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::net {

/// One match, PS3.7 9.1.2.1: the identifier as bytes in the context's transfer syntax.
struct FindAnswer {
    std::string identifier;
    Status status;  ///< FF00, or FF01: optional keys were not all supported
};

/// How a C-FIND ended.
struct FindResult {
    Status status;        ///< final: success, cancel, warning or failure
    std::string comment;  ///< (0000,0902): foreign text
    std::vector<dicom::Tag> offending_elements;
    std::uint64_t answers = 0;  ///< handed to the callback
    bool cancelled = false;     ///< we sent C-CANCEL
    /// Matches that came after our C-CANCEL and were dropped: with cancelled, whether there was
    /// more is then known.
    std::uint64_t dropped = 0;
    bool keys_unsupported = false;  ///< some answer had FF01
};

struct FindOptions {
    Priority priority = Priority::medium;
    std::size_t max_identifier_bytes = std::size_t{1} << 20U;
    /// How long the peer may go on sending after C-CANCEL before the association is aborted.
    std::chrono::milliseconds cancel_timeout{30'000};
    Deadline deadline;  ///< of the whole query: "pending for ever" ends here
};

/// Whether the callback wants more matches.
enum class Next : std::uint8_t { more, cancel };

/// C-FIND, PS3.7 9.1.2 and PS3.4 C.4.1, with `identifier` (bytes in the context's transfer syntax)
/// on context `context_id`. `on_answer` is called for each match as it comes; when it returns
/// Next::cancel, a C-CANCEL goes out and later matches are dropped. A failure status is a result,
/// not an exception.
/// Throws PeerError when the association ends first, timed_out at the deadline,
/// protocol_violation for an answer to something else, a pending answer without identifier or an
/// identifier longer than allowed. When `on_answer` throws, the association is aborted.
FindResult find(Association& association, std::uint8_t context_id, std::string_view identifier,
                const std::function<Next(FindAnswer&&)>& on_answer,
                const FindOptions& options = {});

}  // namespace pacs::net
