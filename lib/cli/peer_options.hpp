#pragma once

#include "cli/setting_options.hpp"
#include "net/address.hpp"
#include "net/association.hpp"
#include "net/known_peer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::cli {

/// What a word of the command line names, with the settings that hold for it.
struct Target {
    std::string word;        ///< as it was given: "@old", for records and messages
    net::Endpoint endpoint;  ///< never an alias: those are looked up
    PeerSettings settings;
};

/// An application entity that a third one knows by its title; and how to ask it, when it was
/// written as a peer.
struct TitledEntity {
    std::string title;
    std::optional<Target> peer;
};

/// The group of options on how to speak to a peer, and how a word becomes one.
class PeerOptions {
public:
    /// Adds an option for each of the named peer_keys(), and for all of those on TLS.
    PeerOptions(Tool& tool, std::vector<std::string_view> keys);

    /// Looks @aliases up and puts the layers of settings together: defaults, [defaults],
    /// [node.NAME], PACS_*, command line. Throws Error(usage).
    Target resolve(const Config& config, std::string_view word) const;
    /// The same, but throws Error(usage) for anything that is no DICOM peer.
    /// `hint` says what to do then.
    Target resolve_peer(const Config& config, std::string_view word,
                        const std::string& hint = peer_hint) const;
    /// A bare AE title, or a peer. Throws Error(usage) as resolve_peer().
    TitledEntity resolve_entity(const Config& config, std::string_view word) const;
    /// The peers of a command line, each once: with `all` every node of the configuration that is a
    /// DICOM peer, or with `services` a DICOMweb service, by name, then those of `words`. Throws
    /// Error(usage), also when there is none, and as request_options() does.
    std::vector<net::KnownPeer> known_peers(const Config& config,
                                            const std::vector<std::string>& words, bool all,
                                            bool services) const;

private:
    inline static const std::string peer_hint =
        "write AET@HOST:PORT, or @NAME of a node in pacs.toml";

    SettingOptions<PeerSettings> options_;
};

/// The part of the settings that TLS needs, whether it is switched on or not.
net::TlsSettings tls_settings(const PeerSettings& settings);

/// The settings in the words of the upper layer; reads the passcode file and, for TLS, those of the
/// certificates, and ends waits when the stop flag is raised. Throws as passcode_of() and
/// net::TlsContext do.
net::RequestOptions request_options(const PeerSettings& settings);

}  // namespace pacs::cli
