#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::net {

/// Why a peer could not be worked with. Together with the stage it answers "why can the modality
/// not send" and "may it pass when tried again".
enum class PeerFault : std::uint8_t {
    name_not_found,      ///< the host name does not resolve
    unreachable,         ///< no route, network or host down
    connection_refused,  ///< nobody listens on that port
    timed_out,           ///< no answer, or no progress, before the deadline
    rejected,            ///< A-ASSOCIATE-RJ (see result, source and reason), or an HTTP error
    aborted,             ///< A-ABORT from the peer; see source and reason
    released,            ///< the peer released while an answer was due
    connection_lost,     ///< the connection ended or broke without a word
    tls_failed,          ///< no TLS was agreed on, or the peer's certificate is not to be trusted
    not_dicom,           ///< what came is no DICOM upper layer: HTTP, TLS, garbage
    protocol_violation,  ///< the peer broke PS3.7 or PS3.8
    unauthorized,        ///< a web server wants other credentials, or any
    nothing_accepted,    ///< the peer accepted none of the presentation contexts
    too_large,           ///< what it sends is longer than we are willing to take
    stopped,             ///< our own stop flag was raised while waiting
};

/// Where in the life of an association it happened.
enum class PeerStage : std::uint8_t { resolve, connect, secure, negotiate, send, answer, release };

std::string_view to_string(PeerFault fault) noexcept;  ///< "timed out"
/// The word for `reason` in a record, pacs-records(5): "timed_out".
std::string_view reason_word(PeerFault fault) noexcept;
std::string_view to_string(PeerStage stage) noexcept;  ///< "negotiating"

/// An Error(peer) that says what happened, so that tools choose words, hints and retries without
/// reading messages. `stopped` has ErrorKind::limit.
class PeerError : public Error {
public:
    PeerError(PeerFault fault, PeerStage stage, const std::string& message, std::string hint = {});
    /// With the numbers of an A-ASSOCIATE-RJ (PS3.8 9.3.4) or A-ABORT (PS3.8 9.3.8; result 0).
    PeerError(PeerFault fault, PeerStage stage, const std::string& message, std::uint8_t result,
              std::uint8_t source, std::uint8_t reason, std::string hint = {});

    PeerFault fault() const noexcept { return fault_; }
    PeerStage stage() const noexcept { return stage_; }
    std::uint8_t result() const noexcept { return result_; }
    std::uint8_t source() const noexcept { return source_; }
    std::uint8_t reason() const noexcept { return reason_; }

    /// True when the same attempt may succeed later: lost connections, time-outs, unreachable and
    /// refusing hosts, transient rejections, aborts. False for what only a change of
    /// configuration cures (unknown titles, contexts, names, protocol) and for `stopped`.
    bool transient() const noexcept;

private:
    PeerFault fault_;
    PeerStage stage_;
    std::uint8_t result_ = 0;
    std::uint8_t source_ = 0;
    std::uint8_t reason_ = 0;
};

}  // namespace pacs::net
