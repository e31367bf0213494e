#pragma once

#include "base/settings.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pacs {

/// One [node.NAME] of pacs.toml.
struct Node {
    std::string name;
    /// "AE@HOST:PORT", a URL, or a path (made absolute); empty: it only calls us (has a `title`).
    std::string address;
    std::string where;  ///< "FILE:LINE" of the address, or of the node, for messages
    Assignments settings;
    CallerSettings caller;
};

/// What pacs.toml says, checked as a whole: an unknown key, a wrong type or a value out of range is
/// an Error(usage) that names file, line and key. Relative paths start at the file's folder.
class Config {
public:
    /// No file: no nodes, no settings.
    Config() = default;
    /// Throws Error(usage), also for a file that cannot be read or is larger than 1 MiB.
    explicit Config(const std::filesystem::path& file);

    /// The first of: `given` when not empty (--config), $PACS_CONFIG,
    /// $XDG_CONFIG_HOME/pacs/pacs.toml (~/.config/pacs/pacs.toml), /etc/pacs/pacs.toml. The first
    /// two must exist when named; without any, an empty Config.
    static Config find(const std::filesystem::path& given);

    const std::filesystem::path& file() const noexcept { return file_; }
    const std::map<std::string, Node, std::less<>>& nodes() const noexcept { return nodes_; }
    /// Throws Error(usage) for a name that is not there, with the names there are as the hint, and
    /// for a node without an address.
    const Node& node(std::string_view name) const;

    /// Defaults, [defaults], [node.NAME] when one is named, PACS_*, then `command_line`.
    PeerSettings peer_settings(std::optional<std::string_view> node_name,
                               const Assignments& command_line) const;
    /// Defaults, [archived], PACS_ARCHIVED_*, then `command_line`; and as callers the nodes that
    /// are allowed something.
    ArchivedSettings archived_settings(const Assignments& command_line) const;

private:
    std::filesystem::path file_;
    Assignments defaults_;
    Assignments archived_;
    std::map<std::string, Node, std::less<>> nodes_;
};

}  // namespace pacs
