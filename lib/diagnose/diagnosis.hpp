#pragma once

#include "base/json_line.hpp"
#include "base/latency.hpp"
#include "net/address.hpp"
#include "net/association.hpp"
#include "net/peer_error.hpp"
#include "net/status.hpp"
#include "net/tls.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is wrong with a peer, step by step: the facts, the judgement, and how both are shown.
namespace pacs::diagnose {

/// One stage on the way to an echo. A step that was not reached, or not asked for, is `skipped`.
struct Step {
    /// "name", "tcp", "tls", "association" or "echo"; of a service the last are "http", "dicomweb"
    std::string_view name;
    Outcome outcome = Outcome::skipped;
    double seconds = 0;
    std::string words;  ///< for people; foreign text within
    std::optional<net::PeerFault> fault;
};

/// One address of the peer's name, and whether it takes connections.
struct Attempt {
    std::string host;  ///< numeric
    double seconds = 0;
    std::optional<net::PeerFault> fault;
    std::string words;  ///< of the fault, without the address
};

/// What was found to listen where a DICOM peer was expected.
enum class Protocol : std::uint8_t {
    unknown,  ///< not looked for, or not recognised
    dicom,
    tls,
    http,
    ssh,
    text,    ///< greets in words: a mail or file server
    silent,  ///< takes connections and never says anything
    closes,  ///< takes connections and closes them at once
};
std::string_view to_string(Protocol protocol) noexcept;  ///< "HTTP"

/// What a peer says of itself when it accepts an association.
struct Peer {
    std::string implementation_uid;      ///< foreign text, like all strings here
    std::string implementation_version;  ///< may be empty
    std::string maker;                   ///< see maker_of(); empty: not known
    std::uint32_t max_pdu_bytes = 0;     ///< 0: no limit
    std::uint16_t window = 1;            ///< operations it takes at once, 0: no limit
    std::optional<bool> identity;        ///< the user identity was confirmed; nullopt: none sent
};
/// All but `identity`.
Peer peer_of(const net::Negotiated& agreed);

/// What a DICOMweb service says of itself; text is foreign.
struct Service {
    unsigned http_status = 0;  ///< of the last search
    std::string version;       ///< "HTTP/2"
    std::string server;        ///< may be empty
    std::string allow;         ///< the methods it takes for studies, if it tells
    bool identified = false;   ///< we sent credentials
};

/// The conclusion. `reason` is a word of pacs-records(5), empty when all is well.
struct Verdict {
    Outcome outcome = Outcome::failed;
    std::string_view reason;
    std::string words;  ///< one line; foreign text within
    std::string hint;   ///< what to try; may be empty
};

/// How long a certificate must still be valid.
struct CertificateDays {
    std::uint64_t warning = 30;
    std::uint64_t critical = 7;
};

/// Everything found out about one peer.
struct Diagnosis {
    std::string node;               ///< as it was named: "@old"
    net::Address address;           ///< of a service host and port alone
    std::string url = {};           ///< of a service; empty for a DICOM peer
    std::string calling;            ///< our own title
    bool tls = false;               ///< whether we were told to speak TLS
    bool own_certificate = false;   ///< whether we have one to show
    std::vector<Step> steps;        ///< all, in order
    std::vector<Attempt> attempts;  ///< one for each address of the name
    std::optional<net::TlsReport>
        tls_report;  ///< of a handshake with it, wanted or by way of trial
    Protocol protocol = Protocol::unknown;
    std::string greeting;  ///< what it said first where that was no DICOM, at most 64 bytes
    std::optional<net::AssociateRj> rejection;
    std::optional<Peer> peer;             ///< when the association was accepted
    std::optional<net::Status> status;    ///< of the last echo answered
    std::optional<Service> service = {};  ///< when it answered in HTTP
    std::uint64_t echoes_sent = 0;
    LatencyStatistics round_trips;  ///< of the echoes answered
    std::int64_t taken_at = 0;      ///< seconds since 1970
    Verdict verdict;

    /// "PACS@host:104", or the URL.
    std::string place() const { return url.empty() ? address.str() : url; }
    /// It answered an echo, or in HTTP, whatever it said.
    bool answered() const noexcept { return status.has_value() || service.has_value(); }
    bool has_step(std::string_view name) const noexcept;
    const Step& step(std::string_view name) const;
    Step& step(std::string_view name);
    /// The peer's own certificate; nullptr: none seen.
    const net::Certificate* certificate() const noexcept;
    /// When the first certificate of the chain ends, seconds since 1970; nullopt: none seen.
    std::optional<std::int64_t> chain_ends() const noexcept;
    /// Until then, rounded down.
    std::optional<std::int64_t> days_left() const noexcept;
};

}  // namespace pacs::diagnose
