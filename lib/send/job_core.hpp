#pragma once

#include "base/error.hpp"
#include "net/peer_error.hpp"
#include "send/job.hpp"
#include "send/parcel_queue.hpp"
#include "send/stored_record.hpp"

#include <atomic>
#include <exception>
#include <list>
#include <mutex>
#include <random>

namespace pacs::send {

/// What the threads of a Job share.
struct JobCore {
    JobOptions options;
    stream::Source& source;
    LaneMaker make_lane;
    RecordStyle style;
    ParcelQueue queue;
    std::atomic<unsigned> connected{0};    ///< lanes that are ready now
    std::atomic<unsigned> lost_in_row{0};  ///< connections, without an answer in between
    std::mutex mutex;
    std::exception_ptr failure;  ///< the first that ends the job

    JobCore(JobOptions o, stream::Source& s, LaneMaker m)
        : options(std::move(o)), source(s), make_lane(std::move(m))
    {
        style = {options.dry ? "planned" : "stored", options.node, options.coercion};
    }

    /// Ends the job: the others stop at their next look at the queue.
    void fail(const std::exception_ptr& error)
    {
        {
            const std::lock_guard lock{mutex};
            failure = failure ? failure : error;
        }
        queue.stop();
    }
    void tell(const stream::Item& item) const { options.on_record(item_record(style, item), 0); }
    void read();
    void take(stream::Item item);
    bool is_done(const Parcel& parcel);
    /// False: it was told why.
    bool load(Parcel& parcel) const;
    void tell_unreadable(stream::Item& item, const Error& error) const;
};

/// The thread of one lane.
class Sender {
public:
    explicit Sender(JobCore& core)
        : core_(core), lane_(core.make_lane()), random_(std::random_device{}())
    {
    }
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    void run();

private:
    using Slot = std::list<Parcel>::iterator;
    bool make_ready(const Parcel& next);
    bool connect_failed(const net::PeerError& error);
    void send(Parcel parcel);
    void settle();
    void answered(Slot slot, Report&& report);
    void lost(const net::PeerError& error);
    static void blame(const Parcel& parcel, Report& report);
    void again(Parcel parcel, bool count);
    void pause(std::chrono::milliseconds wait) const;
    std::chrono::milliseconds wait_for(unsigned attempt);

    JobCore& core_;
    std::unique_ptr<Lane> lane_;
    std::list<Parcel> outstanding_;
    bool ready_ = false;
    unsigned failed_connects_ = 0;  ///< in a row
    bool retired_ = false;
    std::minstd_rand random_;
};

}  // namespace pacs::send
