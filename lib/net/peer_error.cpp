#include "net/peer_error.hpp"

#include "net/pdu.hpp"

#include <utility>

namespace pacs::net {

namespace {

ErrorKind kind_of(PeerFault fault) noexcept
{
    return fault == PeerFault::stopped ? ErrorKind::limit : ErrorKind::peer;
}

}  // namespace

std::string_view to_string(PeerFault fault) noexcept
{
    switch (fault) {
    case PeerFault::name_not_found: return "name not found";
    case PeerFault::unreachable: return "unreachable";
    case PeerFault::connection_refused: return "connection refused";
    case PeerFault::timed_out: return "timed out";
    case PeerFault::rejected: return "rejected";
    case PeerFault::aborted: return "aborted";
    case PeerFault::released: return "released";
    case PeerFault::connection_lost: return "connection lost";
    case PeerFault::tls_failed: return "TLS failed";
    case PeerFault::not_dicom: return "not DICOM";
    case PeerFault::protocol_violation: return "protocol violation";
    case PeerFault::unauthorized: return "unauthorized";
    case PeerFault::nothing_accepted: return "nothing accepted";
    case PeerFault::too_large: return "too large";
    case PeerFault::stopped: return "stopped";
    }
    return "unknown";
}

std::string_view reason_word(PeerFault fault) noexcept
{
    switch (fault) {
    case PeerFault::name_not_found: return "name_not_found";
    case PeerFault::unreachable: return "unreachable";
    case PeerFault::connection_refused: return "connection_refused";
    case PeerFault::timed_out: return "timed_out";
    case PeerFault::rejected: return "rejected";
    case PeerFault::aborted: return "aborted";
    case PeerFault::released: return "released";
    case PeerFault::connection_lost: return "connection_lost";
    case PeerFault::tls_failed: return "tls_failed";
    case PeerFault::not_dicom: return "not_dicom";
    case PeerFault::protocol_violation: return "protocol_violation";
    case PeerFault::unauthorized: return "unauthorized";
    case PeerFault::nothing_accepted: return "nothing_accepted";
    case PeerFault::too_large: return "too_large";
    case PeerFault::stopped: return "stopped";
    }
    return "unknown";
}

std::string_view to_string(PeerStage stage) noexcept
{
    switch (stage) {
    case PeerStage::resolve: return "resolving the name";
    case PeerStage::connect: return "connecting";
    case PeerStage::secure: return "securing";
    case PeerStage::negotiate: return "negotiating";
    case PeerStage::send: return "sending";
    case PeerStage::answer: return "waiting for the peer";
    case PeerStage::release: return "releasing";
    }
    return "unknown";
}

PeerError::PeerError(PeerFault fault, PeerStage stage, const std::string& message, std::string hint)
    : Error(kind_of(fault), message, std::move(hint)), fault_(fault), stage_(stage)
{
}

PeerError::PeerError(PeerFault fault, PeerStage stage, const std::string& message,
                     std::uint8_t result, std::uint8_t source, std::uint8_t reason,
                     std::string hint)
    : Error(kind_of(fault), message, std::move(hint)),
      fault_(fault),
      stage_(stage),
      result_(result),
      source_(source),
      reason_(reason)
{
}

bool PeerError::transient() const noexcept
{
    switch (fault_) {
    case PeerFault::unreachable:
    case PeerFault::connection_refused:
    case PeerFault::timed_out:
    case PeerFault::aborted:
    case PeerFault::released:
    case PeerFault::connection_lost: return true;
    case PeerFault::rejected: return result_ == AssociateRj::transient;
    case PeerFault::name_not_found:
    case PeerFault::tls_failed:
    case PeerFault::not_dicom:
    case PeerFault::protocol_violation:
    case PeerFault::unauthorized:
    case PeerFault::nothing_accepted:
    case PeerFault::too_large:
    case PeerFault::stopped: return false;
    }
    return false;
}

}  // namespace pacs::net
