#pragma once

#include "send/parcel.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace pacs::send {

/// One way to a destination, used by one thread: an association, or a hand in an archive.
class Lane {
public:
    using Done = std::function<void(Report&&)>;

    virtual ~Lane() = default;

    /// True when `parcel` can be sent without prepare().
    virtual bool fits(const Parcel& parcel) const = 0;
    /// Makes ready for `needs`, the first of which must then fit; nothing may be outstanding.
    /// Throws net::PeerError; the lane is then closed and may be prepared again.
    virtual void prepare(const std::vector<Need>& needs) = 0;
    /// Sends one object, or only says what would happen when `dry` runs. `done` is called once,
    /// from within this or a later call of this lane. `parcel` must stay where it is until then;
    /// what its content holds in memory beside a file may be given back.
    /// Throws net::PeerError: those for which `done` was not called have an unknown fate, it will
    /// not be called any more, and the lane is closed. A web::HttpError means that no object will
    /// be taken, in this run at least: they have failed, and so has the job.
    virtual void send(Parcel& parcel, Done done) = 0;
    /// Waits until nothing is outstanding. Throws as send().
    virtual void settle() = 0;
    /// Ends in good order when it can; never throws. What is outstanding is lost.
    virtual void close() noexcept = 0;
};

/// Makes lanes; each is then used by one thread.
using LaneMaker = std::function<std::unique_ptr<Lane>()>;

}  // namespace pacs::send
