#pragma once

#include "moving/job.hpp"
#include "net/association.hpp"

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

namespace pacs::moving {

/// What the lanes of a job share.
class JobCore {
public:
    /// Both must outlive it.
    JobCore(Plan& plan, const JobOptions& options) : plan_(plan), options_(options) {}

    const JobOptions& options() const noexcept { return options_; }
    /// The next unit that is to be moved; those that are done already are told on the way. nullopt:
    /// nothing is left, or the job ends.
    std::optional<Unit> next();
    /// Ends the job; of several errors the first counts.
    void fail(const std::exception_ptr& error);
    bool ending();
    /// A move ended, and whether with a failure that can pass. Throws Error(peer) after 20 of these
    /// one after the other, without any other end between them.
    void note_end(bool may_pass, const std::string& message);
    /// Throws what ended the job, if anything did; when no lane is at work any more.
    void rethrow() const;

private:
    Plan& plan_;
    const JobOptions& options_;
    std::mutex mutex_;
    std::exception_ptr failure_;
    unsigned failed_in_row_ = 0;
};

/// Moves unit by unit over one association at a time; in one thread.
class Lane {
public:
    explicit Lane(JobCore& core)
        : core_(core), options_(core.options()), random_(std::random_device{}())
    {
    }
    void run();

private:
    void connect();
    void connect_patiently();
    void release() noexcept;
    void move(const Unit& unit);
    /// One attempt; true when it is worth another one.
    bool attempt(const Unit& unit, Evidence& evidence, unsigned attempts);
    void ask_to_move(const Unit& unit, Evidence& evidence);
    void verify(const Unit& unit, Evidence& evidence);
    void tell(const Unit& unit, const Evidence& evidence, unsigned attempts, double seconds);
    void pause() const;
    std::chrono::milliseconds wait_for(unsigned attempt);

    JobCore& core_;
    const JobOptions& options_;
    std::unique_ptr<net::Association> association_;
    bool rested_ = false;  ///< the association was used before
    std::minstd_rand random_;
};

}  // namespace pacs::moving
