#pragma once

#include "diagnose/capabilities.hpp"

#include <functional>
#include <span>

namespace pacs::diagnose {

/// How many peers could be asked to the end, in part, and not at all.
struct CapabilityTally {
    std::uint64_t complete = 0;
    std::uint64_t partial = 0;
    std::uint64_t none = 0;
};

/// Asks one peer after the other and hands over its records (write_records(), or write_rows() for
/// eyes) when it is done. Ends early when the stop flag is raised. Throws Error of other kinds than
/// peer.
CapabilityTally report_capabilities(std::span<const net::KnownPeer> peers, bool for_eyes,
                                    const std::function<void(const JsonLine&)>& write);

}  // namespace pacs::diagnose
