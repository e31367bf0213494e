#pragma once

#include "daemon/retrieve_tally.hpp"
#include "daemon/service_log.hpp"
#include "index/index.hpp"
#include "net/status.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace pacs::daemon {

/// Who asked for what; text from outside.
struct RetrieveAsker {
    std::string service;  ///< "C-GET" or "C-MOVE"
    std::string level;    ///< "study"
    std::string calling;
    std::string address;
    std::string destination;          ///< title; empty for C-GET
    std::string destination_address;  ///< "HOST:PORT"; empty: nowhere
};

/// One instance that was not handed on, or only with a warning.
struct RetrieveProblem {
    bool warning = false;
    std::string_view reason;  ///< a word of pacs-records(5)
    std::string message;
    std::optional<net::Status> status = {};
};

/// Why nothing more could be sent, where that is not the fault of the objects.
struct RetrieveFailure {
    std::string reason;  ///< a word of pacs-records(5); empty: there was none
    std::string message;
};

/// The line of one retrieval when it is over, pacs-records(5) "retrieval". `status` nullopt: the
/// asker was gone before it could be answered.
std::string retrieval_record(const RetrieveAsker& asker, const RetrieveTally::Counts& counts,
                             std::optional<net::Status> status, std::chrono::milliseconds duration,
                             const RetrieveFailure& failure = {});

/// Lines about one retrieval. Thread-safe.
class RetrieveLog {
public:
    RetrieveLog(ServiceLog& log, RetrieveAsker asker);

    const RetrieveAsker& asker() const noexcept { return asker_; }
    /// pacs-records(5) "instance_problem"; counted after the first few.
    void problem(const std::string& sop_class, const std::string& sop_instance,
                 const RetrieveProblem& problem) const noexcept;
    /// The last such failure is told when it is over.
    void failed(RetrieveFailure failure) noexcept;
    RetrieveFailure failure() const;
    void ended(const RetrieveTally::Counts& counts,
               std::optional<net::Status> status) const noexcept;

private:
    ServiceLog& log_;
    RetrieveAsker asker_;
    mutable std::mutex mutex_;
    RetrieveFailure failure_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace pacs::daemon
