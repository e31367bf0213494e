#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::net {

/// Where a DICOM application entity listens, written AE@HOST:PORT, IPv6 as AE@[::1]:104.
struct Address {
    std::string ae;          ///< called AE title, 1 to 16 characters, PS3.8 7.1.1.4
    std::string host;        ///< name, IPv4, or IPv6 without its brackets
    std::uint16_t port = 0;  ///< never 0 in a parsed address

    bool operator==(const Address&) const = default;
    std::string str() const;  ///< "AE@HOST:PORT", the brackets put back
};

/// Reads "AE@HOST:PORT". The port is required. Throws Error(usage) naming the part that is wrong.
Address parse_address(std::string_view text);

/// True when `title` may be an AE title, PS3.5 6.2: 1 to 16 characters of the default repertoire
/// but backslash and control characters, not only spaces.
bool is_valid_ae_title(std::string_view title) noexcept;

/// A socket address to listen on. `host` empty: loopback (127.0.0.1).
struct ListenAddress {
    std::string host;  ///< IPv4, IPv6 without brackets, or a name; "0.0.0.0" and "::" bind all
    std::uint16_t port = 0;  ///< 0: the system chooses
    bool tls = false;        ///< whoever connects must speak TLS

    bool operator==(const ListenAddress&) const = default;
    std::string str() const;  ///< "127.0.0.1:104", "[::1]:104"
};

/// Reads "PORT", "HOST:PORT" or "[IPv6]:PORT"; "*:PORT" is every address, IPv6 and IPv4.
/// Throws Error(usage).
ListenAddress parse_listen_address(std::string_view text);

/// What a word on the command line names (design: one grammar wherever an endpoint is named).
enum class EndpointKind : std::uint8_t {
    peer,     ///< AE@HOST:PORT
    alias,    ///< @name of the configuration
    url,      ///< http:// or https://, a DICOMweb service
    archive,  ///< a folder with archive.toml
    index,    ///< a file that is an SQLite database, or whose name ends in .db
    path,     ///< any other path, present or not
};

struct Endpoint {
    EndpointKind kind = EndpointKind::path;
    std::string text;  ///< the alias without its @; otherwise the word as it was given
    Address address;   ///< of a peer
};

/// Tells the kinds apart. Looks at the file system, never at the network or the configuration. A
/// word with "@" that names no existing path is a peer or a mistake, never silently a path;
/// "./a@b:1" is always a path. Throws Error(usage) as parse_address does, and for a lone "@".
Endpoint classify_endpoint(std::string_view word);

}  // namespace pacs::net
