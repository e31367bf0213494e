#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::web {

/// The root of a DICOMweb service, PS3.18 8.2: http or https, a host, a port and a path.
struct ServiceUrl {
    bool secure = false;     ///< https
    std::string host;        ///< name, IPv4, or IPv6 without its brackets
    std::uint16_t port = 0;  ///< 80 and 443 where the text names none
    std::string root;        ///< "/dicom-web", percent-encoded, without a slash at the end

    bool operator==(const ServiceUrl&) const = default;
    /// "https://host/dicom-web"; a usual port is left out.
    std::string str() const;
    /// "host:port", the brackets of IPv6 put back.
    std::string host_port() const;
    /// True for "localhost" and the addresses of loopback: what is sent there leaves no machine.
    bool loopback() const noexcept;
};

/// Reads "http://HOST[:PORT][/PATH]" or the same with https. Throws Error(usage) for anything else:
/// a user or passcode in it, a query, a fragment, characters that no URL has (RFC 3986).
ServiceUrl parse_service_url(std::string_view text);

/// RFC 3986 section 2.1: all but letters, digits and -._~ as %XX, and but those of `others`.
std::string percent_encoded(std::string_view text, std::string_view others = {});

}  // namespace pacs::web
