#pragma once

#include "scan/examiner.hpp"
#include "scan/task.hpp"

#include <mutex>
#include <vector>

namespace pacs::scan {

/// What one thread of a scan does with tasks: it examines files and makes ready what is to be said
/// of them, so that nothing but the order of things is left to the thread that writes them down.
class Worker {
public:
    /// `quiet`: nothing is to be said.
    Worker(const ExamineOptions& options, bool quiet)
        : examiner_(options), options_(options), quiet_(quiet)
    {
    }

    /// True when the thread mostly waited meanwhile, as it does for files that are not in the page
    /// cache: then more threads than cores are of use.
    bool work(Batch& batch);
    /// Takes tasks back that are done with. They are freed one by one with the next ones, by the
    /// thread that made what they hold: threads that free the memory of others wait for each other.
    /// For another thread than that which works.
    void give_back(std::vector<Task> tasks);

private:
    void examine(Task& task);
    void describe(Task& task) const;
    std::vector<Task> take_spent();

    Examiner examiner_;
    ExamineOptions options_;
    bool quiet_;
    std::mutex mutex_;
    std::vector<std::vector<Task>> spent_;
};

}  // namespace pacs::scan
