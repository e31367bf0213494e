#pragma once

#include "base/error.hpp"
#include "net/peer_error.hpp"
#include "retrieve/arrivals.hpp"
#include "retrieve/errands.hpp"
#include "retrieve/job.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

namespace pacs::retrieve {

/// A study with errands to be done.
struct StudyTask {
    std::shared_ptr<StudyWork> work;
    std::atomic<std::size_t> left{0};  ///< errands
};

struct Task {
    std::shared_ptr<StudyTask> study;
    Errand errand;
    /// Of an errand for all that is wanted of a study, which may still be parted; else nullptr.
    std::shared_ptr<const Announcement> told = nullptr;
};

/// What the threads of a Job share.
struct JobCore {
    JobCore(JobOptions job, Selection& what, Announcer& who)
        : options(std::move(job)), selection(what), announcer(who), off(options.ways.size())
    {
    }

    /// Ends the job: the first reason stands.
    void fail(const std::exception_ptr& error);
    bool failed() const;
    /// Nothing more is to be begun.
    bool over();

    void plan();  ///< the thread that announces
    void add(const StudyWish& wish);
    Announcement announce(const StudyWish& wish);
    void pass_over_existing(StudyWork& work);
    static std::shared_ptr<StudyWork> work_on(const StudyWish& wish, const Announcement& told);
    void tell_announcement(const StudyWish& wish, const Announcement& told, const StudyWork& work);
    void tell_failure(const Identity& identity, const Failure& why,
                      const std::vector<stream::Member>& members) const;

    void put(Task task);
    std::optional<Task> take();
    bool may_get_company() const;
    void part(Task& task);
    void put_back(Task task);
    void errand_done(const std::shared_ptr<StudyTask>& study);
    void tell_missing(const StudyTask& study);
    void tell_short(const StudyTask& study) const;
    void tell_unfinished();

    JobOptions options;
    Selection& selection;
    Announcer& announcer;
    std::vector<std::atomic<bool>> off;    ///< ways that the source does not offer
    std::atomic<unsigned> lanes{0};        ///< that are at work
    std::atomic<unsigned> lost_in_row{0};  ///< errands, with nothing coming in between

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<Task> queue;
    unsigned idle = 0;                           ///< lanes that wait for a task
    std::list<std::shared_ptr<StudyTask>> open;  ///< studies with errands left
    bool planned = false;                        ///< no more tasks will be put
    std::optional<StudyWish> announcing;         ///< of plan()
    std::exception_ptr failure;
};

/// One thread that does errands.
class Lane {
public:
    explicit Lane(JobCore& core) : core_(core), random_(std::random_device{}()) {}
    void run();

private:
    enum class Verdict : std::uint8_t {
        done,         ///< the source has ended the errand, all of it or not
        useless,      ///< asking it again this way does not help
        unreachable,  ///< nobody answers
    };
    bool do_task(const Task& task);
    bool try_way(std::size_t which, const Task& task, unsigned& asked);
    Verdict go(std::size_t which, const std::vector<Errand>& errands,
               const std::shared_ptr<StudyWork>& work);
    Verdict go(Way& way, const Errand& errand, const std::shared_ptr<StudyWork>& work);
    Verdict after_error(std::size_t which, const Errand& errand, StudyWork& work,
                        const net::PeerError& error, bool came);
    Way& way(std::size_t which);
    void wait(unsigned attempt);

    JobCore& core_;
    std::vector<std::unique_ptr<Way>> ways_;
    std::exception_ptr unreachable_;
    bool reached_ = false;  ///< an errand of ours was answered
    std::minstd_rand random_;
};

}  // namespace pacs::retrieve
