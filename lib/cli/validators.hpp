#pragma once

#include "base/units.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace pacs::cli {

/// Options whose values are read by base/units, so that "5m" and "10GB" mean the same everywhere;
/// what is wrong is a usage error that names the option. The default stands in the help.

CLI::Option* add_duration(CLI::App& app, const std::string& names, std::chrono::milliseconds& value,
                          const std::string& help);
/// The same for a time that is not limited when the option is not given; 0 is refused.
CLI::Option* add_time_limit(CLI::App& app, const std::string& names,
                            std::optional<std::chrono::milliseconds>& value,
                            const std::string& help);
CLI::Option* add_size(CLI::App& app, const std::string& names, std::uint64_t& value,
                      const std::string& help);
/// A size, or percent of a disk. `fallback` is its default, as people write it.
CLI::Option* add_disk_share(CLI::App& app, const std::string& names, DiskShare& value,
                            const std::string& help, const std::string& fallback);
/// A whole number from `lowest` to `highest`.
CLI::Option* add_number(CLI::App& app, const std::string& names, std::uint64_t& value,
                        const std::string& help, std::uint64_t lowest = 0,
                        std::uint64_t highest = std::numeric_limits<std::uint32_t>::max());

/// `--digest file` and `--digest content`, one of them or both: which digests records shall have.
CLI::Option* add_digests(CLI::App& app, bool& file, bool& content);

}  // namespace pacs::cli
