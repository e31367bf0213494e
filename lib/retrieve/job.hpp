#pragma once

#include "base/retry.hpp"
#include "retrieve/announcer.hpp"
#include "retrieve/hub.hpp"
#include "retrieve/selection.hpp"
#include "retrieve/way.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pacs::retrieve {

struct JobOptions {
    JobHub hub;
    /// In the order in which they are tried; those that the source turns out not to offer are left
    /// out for the rest of the run.
    std::vector<WayMaker> ways;
    unsigned lanes = 1;  ///< errands at the same time, each over a conversation of its own
    /// What did not come is asked for again so often by each way.
    RetryPolicy retry{2, std::chrono::milliseconds{1000}};
};

struct JobCore;

/// Fetches everything of a selection: a study is announced instance by instance, what is there
/// already is passed over, the rest is sent for; what came is held against the announcement, and
/// what is missing is sent for again, by lists, then one by one, then by the next way. Each
/// announced instance ends in one record, also what did not come; each came whole or not at all.
class Job {
public:
    Job(JobOptions options, Selection& selection, Announcer& announcer);
    ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Returns when all is done or StopFlag was raised; instances that were not tried then have no
    /// record. When it throws, they have one, as has each study that was found and not announced
    /// yet. Throws net::PeerError when the source cannot be reached, refuses us, or breaks 20
    /// errands in a row with nothing coming; Error(storage) when nothing can be stored any more,
    /// Error(data) for what was read as a selection. Whatever
    /// it throws, all that was kept until then is safe and told.
    void run();

private:
    std::unique_ptr<JobCore> core_;
};

}  // namespace pacs::retrieve
