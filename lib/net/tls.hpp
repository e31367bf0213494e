#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;

namespace pacs::net {

/// The ciphers of TLS 1.2 in OpenSSL's words: forward secrecy and authenticated encryption only, as
/// BCP 195 (RFC 9325 4.2) asks.
inline constexpr const char* strong_ciphers =
    "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aNULL:!aDSS";

/// What TLS to a peer needs to know; see [node.NAME] in pacs.toml(5).
struct TlsSettings {
    std::filesystem::path ca_file;    ///< PEM, what to trust; empty: the certificates of the system
    std::filesystem::path cert_file;  ///< PEM, our own certificate and its chain; empty: none
    std::filesystem::path key_file;   ///< PEM, its private key; empty: in cert_file
    std::string name;  ///< host name or address the certificate must have; empty: the peer's host
    /// Whoever answers is believed to be the peer: neither its certificate nor its name counts.
    bool insecure = false;
};

/// What a server wants of the certificates of those who connect.
enum class ClientCertificate : std::uint8_t {
    required,   ///< no handshake without one that is trusted and valid
    requested,  ///< none is fine; one that is not trusted or valid is not
    none,       ///< not asked for
};

/// What TLS as server needs to know; see [archived] in pacs.toml(5).
struct TlsServerSettings {
    std::filesystem::path cert_file;  ///< PEM, our own certificate and its chain
    std::filesystem::path key_file;   ///< PEM, its private key; empty: in cert_file
    std::filesystem::path ca_file;    ///< PEM, whom to trust for certificates of clients
    ClientCertificate client = ClientCertificate::required;

    bool operator==(const TlsServerSettings&) const = default;
};

/// How strict to be with a peer.
enum class TlsUse : std::uint8_t {
    /// To send and receive: TLS 1.2 or later with forward secrecy and authenticated encryption
    /// (PS3.15 B.9, BCP 195), and a certificate that is trusted and has the right name.
    secure,
    /// To learn what a peer speaks: any version and cipher OpenSSL still knows; what is wrong with
    /// the certificate is only noted. Nothing but the handshake may be done on it.
    examine,
};

/// A certificate in words. All text in it is foreign.
struct Certificate {
    std::string subject;  ///< RFC 2253, UTF-8: "CN=pacs,O=Hospital"
    std::string issuer;
    std::vector<std::string> names;  ///< subject alternative: "DNS:pacs.example", "IP:10.0.0.1"
    std::string key;                 ///< "RSA 2048 bits"
    std::string sha256;              ///< fingerprint, hex
    std::int64_t not_before = 0;     ///< seconds since 1970, UTC
    std::int64_t not_after = 0;
    bool self_issued = false;  ///< subject and issuer are the same
};

/// The rules of TLS connections: an OpenSSL context. Immutable, so threads may share it.
class TlsContext {
public:
    /// Reads the files. Throws Error(usage) naming the file that cannot be read, is no PEM, or
    /// whose key does not fit its certificate or asks for a pass phrase.
    explicit TlsContext(const TlsSettings& settings, TlsUse use = TlsUse::secure);
    /// As server, always TlsUse::secure. Sessions are not resumed: each association proves anew who
    /// it is, against the files as they are now. Throws as above, and Error(usage) when
    /// certificates of clients are wanted but no authority for them is named.
    explicit TlsContext(const TlsServerSettings& settings);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    const TlsSettings& settings() const noexcept { return settings_; }  ///< as client
    TlsUse use() const noexcept { return use_; }
    bool server() const noexcept { return client_.has_value(); }
    ClientCertificate client() const noexcept;  ///< as server
    /// Our own certificate; nothing when we have none.
    std::optional<Certificate> certificate() const;
    ssl_ctx_st* native() const noexcept { return context_; }

private:
    TlsSettings settings_;
    TlsUse use_;
    std::optional<ClientCertificate> client_;  ///< as server
    ssl_ctx_st* context_ = nullptr;
};

/// Why a certificate is not to be trusted, RFC 5280 section 6. Revocation is not looked at: neither
/// lists nor OCSP.
enum class CertificateFault : std::uint8_t {
    expired,
    not_yet_valid,
    self_signed,     ///< signed by itself, and not among what we trust
    unknown_issuer,  ///< no way from it to a certificate we trust, or the chain is incomplete
    wrong_name,      ///< issued for another host
    weak,            ///< a key or digest too short to be safe
    other,
};
std::string_view to_string(CertificateFault fault) noexcept;  ///< "has expired"

/// What was learned of a peer while TLS was agreed on with it, also when that failed.
struct TlsReport {
    struct Fault {
        CertificateFault kind = CertificateFault::other;
        int depth = 0;      ///< 0: the peer's own certificate, 1: its issuer's, ...
        std::string words;  ///< of OpenSSL
        // of the certificate where it was found, as in Certificate
        std::string subject = {};
        std::string issuer = {};
    };

    bool completed = false;          ///< the handshake was finished on our side
    std::string version;             ///< "TLSv1.3"; empty before a ServerHello
    std::string cipher;              ///< "TLS_AES_256_GCM_SHA384"
    std::vector<Certificate> chain;  ///< as the peer sent it, its own first, at most ten
    std::vector<Fault> faults;       ///< what is wrong with it, one of a kind
    bool client_certificate_requested = false;
    std::string alert;        ///< the last one from the peer in words: "certificate required"
    std::string first_bytes;  ///< what the peer sent first, as it came, at most 64 bytes

    bool answered_tls() const noexcept { return !version.empty(); }
    const Fault* find(CertificateFault kind) const noexcept;
};

/// What an association knows of the TLS it runs over.
struct TlsSession {
    std::string version;  ///< "TLSv1.3"
    std::string cipher;   ///< "TLS_AES_256_GCM_SHA384"
    /// The peer's. It was proven, but with TlsSettings::insecure; a client may have none.
    std::optional<Certificate> certificate;
};

/// What went wrong with the certificate, for people: "the certificate has expired"; of several the
/// gravest. A chain that ends at an authority we do not trust is told from one that breaks off
/// because a certificate was not sent. Foreign text in it was made printable. Empty: nothing.
std::string certificate_words(const TlsReport& report);

}  // namespace pacs::net
