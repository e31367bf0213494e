#include "scan/worker.hpp"

#include "scan/scan_record.hpp"

#include <sys/resource.h>

#include <cstddef>
#include <utility>

namespace pacs::scan {

namespace {

/// How often this thread gave its core away because it had to wait.
std::size_t waits() noexcept
{
    struct rusage usage {};
    return ::getrusage(RUSAGE_THREAD, &usage) == 0 ? static_cast<std::size_t>(usage.ru_nvcsw) : 0;
}

Outcome outcome_of(const std::string& word) noexcept
{
    return word == "failed"    ? Outcome::failed
           : word == "warning" ? Outcome::warning
           : word == "skipped" ? Outcome::skipped
                               : Outcome::ok;
}

}  // namespace

void Worker::examine(Task& task)
{
    if (task.kind == Task::Kind::member) {
        task.finding = examiner_.content(*task.content, task.named);
        task.content.reset();
        return;
    }
    if (task.kind != Task::Kind::file) {
        return;
    }
    const index::FileFacts* const facts = task.known ? &task.known->facts : nullptr;
    auto finding = examiner_.file(task.path(), task.named, task.may_skip ? facts : nullptr, facts,
                                  task.known ? task.known->digests : dicom::Digests{});
    task.unchanged = !finding;
    if (finding) {
        task.finding = std::move(*finding);
        return;
    }
    // As the earlier scan found it; only what is not well is said again.
    const index::KnownFile& known = *task.known;
    task.finding.outcome = outcome_of(known.outcome);
    task.finding.reason = known.reason;
    task.finding.message = known.message;
    task.finding.size = static_cast<std::uint64_t>(known.facts.size);
}

void Worker::describe(Task& task) const
{
    using Kind = Task::Kind;
    const bool file =
        task.kind == Kind::file || task.kind == Kind::member || task.kind == Kind::finished;
    if (quiet_ || !file) {
        return;
    }
    // Neither a file nor a folder, as before.
    task.unchanged = task.unchanged || (task.kind == Kind::finished && !task.container &&
                                        task.known && task.known->reason == task.finding.reason);
    if (options_.index && !task.unchanged && !task.place->absolute.empty()) {
        task.change = task.known ? "changed" : "new";
    }
    if (auto record = scan_record(task)) {
        task.records.push_back(std::move(*record));
    }
    for (const std::string& path : task.finding.missing) {
        task.records.push_back(missing_record(task, path));
    }
}

void Worker::give_back(std::vector<Task> tasks)
{
    const std::lock_guard lock{mutex_};
    spent_.push_back(std::move(tasks));
}

std::vector<Task> Worker::take_spent()
{
    const std::lock_guard lock{mutex_};
    if (spent_.empty()) {
        return {};
    }
    std::vector<Task> tasks = std::move(spent_.back());
    spent_.pop_back();
    return tasks;
}

bool Worker::work(Batch& batch)
{
    const std::size_t before = waits();
    std::vector<Task> spent = take_spent();
    for (Task& task : batch.tasks) {
        if (!spent.empty()) {
            spent.pop_back();
        }
        examine(task);
        describe(task);
        task.finding.members = {};  // the record has them
    }
    return !batch.tasks.empty() && 2 * (waits() - before) >= batch.tasks.size();
}

}  // namespace pacs::scan
