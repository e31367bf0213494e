#pragma once

#include "archive/proof.hpp"
#include "base/deadline.hpp"
#include "daemon/destinations.hpp"
#include "daemon/object_feed.hpp"
#include "daemon/retrieve_log.hpp"
#include "daemon/retrieve_tally.hpp"
#include "net/server.hpp"
#include "send/parcel.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// One retrieval while it is performed: what C-GET and C-MOVE have in common, and each of them.
namespace pacs::daemon {

/// What a retrieval works with; all of it outlives the operation.
struct RetrieveParts {
    const net::Request& request;
    ObjectFeed& feed;
    RetrieveTally& tally;
    RetrieveLog& log;
    net::Responder& responder;
};

/// Keeps the asker informed: true counts at once, then as they change, and signs of life.
class RetrievePulse {
public:
    explicit RetrievePulse(const RetrieveParts& parts) : parts_(parts) {}

    /// Sends a pending response when one is due. True: the operation was cancelled. Throws
    /// PeerError when the asker is gone.
    bool beat();

private:
    const RetrieveParts& parts_;
    RetrieveTally::Counts told_;
    Deadline::Clock::time_point told_at_;
    bool begun_ = false;
};

/// A proven object as the sending side knows it.
send::Parcel parcel_of(archive::ProvenObject&& object);

/// Counts and logs an object that cannot be read.
void note_fault(const RetrieveParts& parts, const archive::ProvenObject& object);
/// Counts and logs what became of one that was sent, or could not be.
void note_report(const RetrieveParts& parts, const send::Parcel& parcel,
                 const send::Report& report);
/// Counts what was not tried and never will be as failed.
void fail_rest(const RetrieveParts& parts);

/// Performs a C-GET, PS3.4 C.4.3: the objects go out on the association they are asked on, on those
/// of its contexts whose requestor is SCP, as many at once as its window lets us (PS3.7 D.3.3.3).
/// True: it was cancelled. Throws PeerError when the association ends.
bool perform_get(const RetrieveParts& parts, const net::Negotiated& negotiated);

/// How a C-MOVE is performed.
struct MovePlan {
    Destination destination;
    std::string originator;         ///< the title of who asked, Move Originator
    std::uint16_t message_id = 0;   ///< of the request
    unsigned lanes = 1;             ///< associations at once
    std::vector<send::Need> needs;  ///< what there is to send
};

/// Performs a C-MOVE, PS3.4 C.4.2: sends over associations of its own, each in a thread. One that
/// cannot be made or breaks is tried again a few times, an object that was outstanding then once
/// more; when none is left the rest has failed. True: it was cancelled. Throws PeerError when the
/// asker is gone: sending then ends at once.
bool perform_move(const RetrieveParts& parts, const MovePlan& plan);

}  // namespace pacs::daemon
