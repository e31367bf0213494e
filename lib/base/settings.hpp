#pragma once

#include "base/units.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs {

/// How we speak to one peer. From the lowest: these defaults, [defaults] of pacs.toml, its
/// [node.NAME], PACS_* variables, the command line.
struct PeerSettings {
    std::string calling = "PACS_UTILS";  ///< our own AE title
    std::string charset;  ///< Specific Character Set to ask in, and of answers that name none
    std::chrono::milliseconds connect_timeout{10'000};  ///< to resolve, connect and negotiate
    std::chrono::milliseconds timeout{60'000};          ///< without progress, or for an answer
    std::uint32_t max_pdu = 131'072;                    ///< bytes we take in one PDU, PS3.8 D.1
    unsigned max_associations = 0;                      ///< at once to this peer; 0: no limit
    unsigned async_window = 64;  ///< operations outstanding to propose, PS3.7 D.3.3.3; 1: none
    std::string user;            ///< user identity, PS3.7 D.3.3.7; empty: none
    std::filesystem::path passcode_file;  ///< its passcode; see read_secret()
    std::filesystem::path token_file;     ///< bearer token for DICOMweb; see read_secret()
    std::string token_command;            ///< prints one; words of command_words()
    bool plain_auth = false;              ///< credentials may go over http:// beyond this machine
    bool tls = false;                     ///< speak TLS, PS3.15 B.9 to B.12
    std::filesystem::path tls_ca;         ///< PEM certificates to trust; empty: those of the system
    std::filesystem::path tls_cert;       ///< PEM, our own certificate and its chain; empty: none
    std::filesystem::path tls_key;        ///< its private key; empty: in tls_cert
    std::string tls_name;       ///< the name the peer's certificate must have; empty: its host
    bool tls_insecure = false;  ///< encrypt, but check neither its certificate nor its name
};

/// Who a node is when it calls the daemon, and what it may do there; further keys of [node.NAME].
/// What is demanded here must all hold.
struct CallerSettings {
    std::string title;               ///< calling title; empty: that of the node's address
    std::vector<std::string> allow;  ///< services, or "all"; empty: it is no caller
    std::vector<std::string> from;   ///< ranges of addresses; empty: the node's numeric address
    std::vector<std::string> certificate;  ///< one of these subjects or SHA-256 fingerprints
    std::vector<std::string> called;       ///< titles of ours that it may call; empty: all
    std::vector<std::string> users;        ///< one of these must be proven (user identity)

    std::string name = {};     ///< of the node
    std::string address = {};  ///< of the node, "AE@HOST:PORT" or empty
    std::string where = {};    ///< "FILE:LINE" of the node, for messages
    bool operator==(const CallerSettings&) const = default;
};

/// How the daemon works; [archived] of pacs.toml, PACS_ARCHIVED_* variables, its command line.
struct ArchivedSettings {
    std::filesystem::path archive;
    std::vector<std::string> listen;           ///< "[HOST:]PORT", see net::parse_listen_address
    std::vector<std::string> aet;              ///< called titles we answer to
    bool any_aet = false;                      ///< answer to any called title
    std::string durability = "flushed";        ///< or "os"
    std::string on_conflict = "keep";          ///< or "replace", "reject"
    DiskShare min_free{0, 1};                  ///< below it objects are refused with A700
    unsigned max_associations = 1000;          ///< in all
    unsigned max_associations_per_peer = 200;  ///< from one address
    std::chrono::milliseconds negotiation_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000};             ///< without progress
    std::chrono::milliseconds association_timeout{86'400'000};  ///< in all
    std::chrono::milliseconds stop_timeout{10'000};  ///< to finish what runs when told to stop
    std::chrono::milliseconds commitment_retry{604'800'000};  ///< to report on a storage commitment
    std::uint32_t max_pdu = 131'072;                          ///< bytes we take in one PDU
    unsigned async_window = 64;                               ///< the most we grant
    std::vector<std::string> destination;  ///< "AE@HOST:PORT" of those that C-MOVE may name
    bool allow_any = false;                ///< C-MOVE to an unknown title goes to whoever asks
    std::uint16_t allow_any_port = 104;
    unsigned move_jobs = 1;               ///< associations for one C-MOVE
    unsigned max_retrievals = 64;         ///< C-MOVE and C-GET at once in all
    std::vector<std::string> listen_tls;  ///< the same as listen, with TLS
    std::filesystem::path tls_cert;       ///< PEM, our certificate and its chain
    std::filesystem::path tls_key;        ///< its private key; empty: in tls_cert
    std::filesystem::path tls_ca;         ///< PEM, whom to trust for certificates of clients
    std::string tls_client = "required";  ///< their certificates; or "requested", "none"
    std::vector<std::string> allow{"all from loopback"};  ///< see daemon/access_rules.hpp
    std::filesystem::path users_file;     ///< names and hashes of passcodes; empty: none
    std::vector<CallerSettings> callers;  ///< of the nodes, by name; not a key
};

/// What a value looks like, for messages, help and completion.
enum class ValueKind : std::uint8_t { text, number, duration, size, flag, path, list };

/// One setting: its name in every place (the file's key `max_pdu`, the variable PACS_MAX_PDU, the
/// option --max-pdu), its words, and how its text becomes a value.
template <typename Settings>
struct SettingKey {
    std::string_view name;
    ValueKind kind;
    std::string_view value;                 ///< placeholder: "DURATION"
    std::string_view help;                  ///< one line without a full stop
    std::vector<std::string_view> choices;  ///< empty: any value
    /// It weakens security, so that it must be said for each peer or on each command line: it is
    /// neither in the environment nor in [defaults].
    bool deliberate = false;
    /// Takes over the values (one but for a list); throws Error(usage) with the bare reason.
    std::function<void(Settings&, const std::vector<std::string>&)> set;
    /// The value as text, for "default:" in the help; empty for none.
    std::function<std::string(const Settings&)> get;
};

const std::vector<SettingKey<PeerSettings>>& peer_keys();
const std::vector<SettingKey<ArchivedSettings>>& archived_keys();
const std::vector<SettingKey<CallerSettings>>& caller_keys();

/// The key of that name, or nullptr.
template <typename Settings>
const SettingKey<Settings>* find_key(const std::vector<SettingKey<Settings>>& keys,
                                     std::string_view name)
{
    for (const auto& key : keys) {
        if (key.name == name) {
            return &key;
        }
    }
    return nullptr;
}

/// One value as somebody gave it, and where: "pacs.toml:12", "PACS_TIMEOUT", "--timeout".
struct Assignment {
    std::string key;
    std::vector<std::string> values;
    std::string where;
};
using Assignments = std::vector<Assignment>;

/// Takes over one layer of values; call it for the lowest layer first.
/// Throws Error(usage, "reading WHERE: reason") for a key or value that makes no sense.
void apply_layer(PeerSettings& settings, const Assignments& layer);
void apply_layer(ArchivedSettings& settings, const Assignments& layer);
void apply_layer(CallerSettings& settings, const Assignments& layer);

/// The layer of environment variables: PACS_TIMEOUT for `timeout`, PACS_ARCHIVED_LISTEN for the
/// daemon's `listen` (a list is parted by commas). Empty variables count as not set.
Assignments peer_environment();
Assignments archived_environment();

/// A passcode from a small file: one line, its newline cut. Throws Error(usage) when the file
/// belongs to somebody else than us or root or others may read it, Error(storage) when it cannot
/// be read. More than `limit_bytes` is an Error(usage), too. The content is in no message.
std::string read_secret(const std::filesystem::path& path, std::size_t limit_bytes = 4096);

/// The passcode for `settings.user`: from `passcode_file`, else $PACS_PASSCODE, else empty (a user
/// name alone, PS3.7 D.3.3.7 type 1). Throws as read_secret() does.
std::string passcode_of(const PeerSettings& settings);

}  // namespace pacs
