#pragma once

#include "base/json_line.hpp"
#include "net/known_peer.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>

namespace pacs::diagnose {

/// How often to ask.
struct EchoOptions {
    std::uint64_t count = 1;                   ///< for each peer; 0: until stopped
    std::chrono::milliseconds interval{1000};  ///< from the beginning of one to the next
};

/// What came of all echoes together.
struct EchoTally {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;  ///< with any status
    std::uint64_t well = 0;      ///< with success
};

/// Echoes to all peers at the same time, each over an association of its own, and hands over a
/// record of type `echo` for each and one of type `statistics` for each peer, as they come, from
/// several threads. A failure is told once in the log until it changes. Ends early when the stop
/// flag is raised. To a DICOMweb service an echo is a search for one study. Throws only Error of
/// other kinds than peer.
EchoTally echo_all(std::span<const net::KnownPeer> peers, const EchoOptions& options,
                   const std::function<void(const JsonLine&)>& write);

}  // namespace pacs::diagnose
