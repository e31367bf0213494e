#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The DICOM upper layer state machine, PS3.8 section 9.2, as a pure function.
namespace pacs::net {

/// PS3.8 tables 9-1 to 9-5.
enum class State : std::uint8_t {
    idle = 1,                       ///< Sta1
    awaiting_request = 2,           ///< Sta2 transport open, awaiting A-ASSOCIATE-RQ
    awaiting_local_response = 3,    ///< Sta3 awaiting our user's answer to the request
    awaiting_transport = 4,         ///< Sta4 connecting
    awaiting_acceptance = 5,        ///< Sta5 awaiting A-ASSOCIATE-AC or -RJ
    established = 6,                ///< Sta6
    awaiting_release_rp = 7,        ///< Sta7 we asked for release
    awaiting_local_release = 8,     ///< Sta8 the peer asked for release
    collision_requestor_local = 9,  ///< Sta9 collision, requestor, our response due
    collision_acceptor_rp = 10,     ///< Sta10 collision, acceptor, awaiting A-RELEASE-RP
    collision_requestor_rp = 11,    ///< Sta11 collision, requestor, awaiting A-RELEASE-RP
    collision_acceptor_local = 12,  ///< Sta12 collision, acceptor, our response due
    awaiting_close = 13,            ///< Sta13
};

/// The rows of PS3.8 table 9-10.
enum class Event : std::uint8_t {
    associate_request = 1,     ///< Evt1 from our user
    transport_confirmed = 2,   ///< Evt2
    associate_ac_pdu = 3,      ///< Evt3
    associate_rj_pdu = 4,      ///< Evt4
    transport_indication = 5,  ///< Evt5 a peer connected
    associate_rq_pdu = 6,      ///< Evt6
    accept_response = 7,       ///< Evt7 from our user
    reject_response = 8,       ///< Evt8 from our user
    data_request = 9,          ///< Evt9 from our user
    p_data_pdu = 10,           ///< Evt10
    release_request = 11,      ///< Evt11 from our user
    release_rq_pdu = 12,       ///< Evt12
    release_rp_pdu = 13,       ///< Evt13
    release_response = 14,     ///< Evt14 from our user
    abort_request = 15,        ///< Evt15 from our user
    abort_pdu = 16,            ///< Evt16
    transport_closed = 17,     ///< Evt17
    timer_expired = 18,        ///< Evt18 ARTIM
    invalid_pdu = 19,          ///< Evt19 unrecognised or invalid
};

/// PS3.8 tables 9-6 to 9-9.
enum class Action : std::uint8_t {
    ae1,
    ae2,
    ae3,
    ae4,
    ae5,
    ae6,
    ae7,
    ae8,
    dt1,
    dt2,
    ar1,
    ar2,
    ar3,
    ar4,
    ar5,
    ar6,
    ar7,
    ar8,
    ar9,
    ar10,
    aa1,
    aa2,
    aa3,
    aa4,
    aa5,
    aa6,
    aa7,
    aa8,
};

struct Transition {
    Action action;
    State next;

    bool operator==(const Transition&) const = default;
};

/// What two actions decide by (AR-8 by the side, AE-6 by whether the service provider can take the
/// request: PS3.8 9.3.2, protocol version).
struct Side {
    bool requestor = false;
    bool acceptable = true;
};

/// One cell of PS3.8 table 9-10; nullopt where the table is empty: the event cannot happen there,
/// and for a primitive of ours it is a mistake of the caller.
std::optional<Transition> transition(State state, Event event, const Side& side) noexcept;

std::string_view to_string(Action action) noexcept;  ///< "AE-1"

}  // namespace pacs::net
