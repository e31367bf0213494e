#pragma once

#include "base/file.hpp"
#include "daemon/retrieve_operation.hpp"
#include "send/peer_lane.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <optional>

namespace pacs::daemon {

/// What the associations of one C-MOVE share.
struct MoveShared {
    const RetrieveParts& parts;
    const MovePlan& plan;
    Descriptor halt;                     ///< readable: every wait ends now
    std::atomic<bool> cancelled{false};  ///< nothing more is begun

    std::mutex mutex;
    std::condition_variable left;
    std::deque<send::Parcel> returned;  ///< were outstanding when an association broke
    unsigned lanes = 0;                 ///< at work

    MoveShared(const RetrieveParts& operation, const MovePlan& move_plan);
    /// Ends all sending: the asker is gone, or the daemon stops.
    void halt_now() noexcept;
};

/// One association of a C-MOVE at a time, in a thread of its own.
class MoveLane {
public:
    explicit MoveLane(MoveShared& shared);
    MoveLane(const MoveLane&) = delete;
    MoveLane& operator=(const MoveLane&) = delete;

    /// Sends until there is nothing left, or gives up. The last to leave counts what nobody sent
    /// as failed. Never throws.
    void run() noexcept;

private:
    void work();
    std::optional<send::Parcel> take();
    std::optional<send::Parcel> take_proven();
    bool make_ready(const send::Parcel& parcel);
    bool wait_before(unsigned attempt);
    void deliver(send::Parcel parcel);
    void settle();
    void lost(const net::PeerError& error);
    void give_back(send::Parcel parcel);
    void leave();

    MoveShared& shared_;
    send::PeerLane lane_;
    std::list<send::Parcel> outstanding_;
    unsigned broken_in_row_ = 0;  ///< associations, without an answer in between
    bool retired_ = false;
};

}  // namespace pacs::daemon
