#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pacs::cli {

/// Where a peer written DCMTK's way goes among the words of a command line.
enum class PeerPlace : std::uint8_t { in_place, first, last };

/// Puts a command line in the order CLI11 reads without doubt: options with their values, "--",
/// then all other words. So options may stand anywhere, "SOURCE... DEST" works, and a value that
/// begins with "-" is no option.
///
/// With `habits` DCMTK's spellings are understood: `-aet X` is --calling X; `-aec X host port` and
/// `host port` are the peer X@host:port (ANY-SCP@host:port); `-k KEY=VALUE` is the word KEY=VALUE.
/// Two words that name existing files are never taken for host and port.
///
/// Throws Error(usage) for a spelling that lacks its value. `words` has no program name.
std::vector<std::string> arranged(const CLI::App& app, const std::vector<std::string>& words,
                                  std::optional<PeerPlace> habits);

}  // namespace pacs::cli
