#pragma once

#include "base/json_line.hpp"
#include "base/latency.hpp"
#include "net/probe.hpp"

#include <cstdint>
#include <string>

namespace pacs::net {

/// The record of type `echo` (pacs-records(5)) for the echo number `sequence` to `node`.
JsonLine echo_record(const std::string& node, std::uint64_t sequence, const Probe& probe);

/// The record of type `statistics` for all echoes `sent` to `node`; `times` are those answered.
JsonLine statistics_record(const std::string& node, std::uint64_t sent,
                           const LatencyStatistics& times);

}  // namespace pacs::net
