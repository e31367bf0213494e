#pragma once

#include "cli/setting_options.hpp"
#include "net/address.hpp"
#include "net/association.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace pacs::cli {

/// What a word of the command line names, with the settings that hold for it.
struct Target {
    std::string word;        ///< as it was given: "@old", for records and messages
    net::Endpoint endpoint;  ///< never an alias: those are looked up
    PeerSettings settings;
};

/// The group of options on how to speak to a peer, and how a word becomes one.
class PeerOptions {
public:
    /// Adds an option for each of the named peer_keys().
    PeerOptions(Tool& tool, std::initializer_list<std::string_view> keys);

    /// Looks @aliases up and puts the layers of settings together: defaults, [defaults],
    /// [node.NAME], PACS_*, command line. Throws Error(usage).
    Target resolve(const Config& config, std::string_view word) const;
    /// The same, but throws Error(usage) for anything that is no DICOM peer.
    Target resolve_peer(const Config& config, std::string_view word) const;

private:
    SettingOptions<PeerSettings> options_;
};

/// The settings in the words of the upper layer; reads the passcode file, and ends waits when the
/// stop flag is raised. Throws as passcode_of() does.
net::RequestOptions request_options(const PeerSettings& settings);

}  // namespace pacs::cli
