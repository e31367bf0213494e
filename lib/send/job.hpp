#pragma once

#include "base/retry.hpp"
#include "send/coercion.hpp"
#include "send/done.hpp"
#include "send/existing.hpp"
#include "send/lane.hpp"
#include "stream/source.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pacs::send {

/// Counts for the summary; they may be read while the job runs.
struct JobCounters {
    std::atomic<std::uint64_t> bytes{0};         ///< of the objects that were stored
    std::atomic<std::uint64_t> converted{0};     ///< objects
    std::atomic<std::uint64_t> repaired{0};      ///< objects without preamble or meta header
    std::atomic<std::uint64_t> retries{0};       ///< attempts beyond the first
    std::atomic<std::uint64_t> associations{0};  ///< lanes made ready, anew ones too

    void write(JsonLine& summary) const;
};

struct JobOptions {
    std::string node;        ///< the destination as the user named it, for records
    bool dry = false;        ///< records are of type `planned`
    unsigned lanes = 1;      ///< at work at the same time
    unsigned max_lanes = 0;  ///< what the destination allows; 0: no limit
    RetryPolicy retry;
    const Coercion* coercion = nullptr;      ///< nullptr: none
    const stream::DoneList* done = nullptr;  ///< what an earlier run did; nullptr: nothing
    Existing* existing = nullptr;            ///< what is there already; nullptr: do not ask
    JobCounters* counters = nullptr;         ///< never nullptr; outlives the job
    /// Takes each record, and the bytes of the object it is about. Thread-safe.
    std::function<void(const JsonLine& record, std::uint64_t bytes)> on_record;
};

struct JobCore;

/// Sends everything of a source to a destination: one thread reads heads, each lane sends what fits
/// it, each object ends in one record. What can pass (Report::may_pass, lost connections, transient
/// rejections) is tried again after a wait; an object that was outstanding when a connection broke
/// is sent again alone, so that blame falls on the right one.
class Job {
public:
    Job(JobOptions options, stream::Source& source, LaneMaker make_lane);
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Returns when all is done or StopFlag was raised. Objects that were not tried then have no
    /// record.
    /// Throws net::PeerError when the peer cannot be reached any more, refuses us, or breaks 20
    /// connections in a row without an answer, Error(data)
    /// and Error(storage) for the source as a whole; what was done until then has its records.
    void run();

private:
    std::unique_ptr<JobCore> core_;
};

}  // namespace pacs::send
