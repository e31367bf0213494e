#include "scan/scan.hpp"

#include "base/error.hpp"
#include "base/ordered_work.hpp"
#include "base/stop.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/vr.hpp"
#include "scan/index_sink.hpp"
#include "scan/pipeline.hpp"
#include "scan/scan_record.hpp"
#include "scan/walk.hpp"
#include "scan/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace pacs::scan {

namespace {

/// Tasks that pass from thread to thread at once, and how many of these are under way.
constexpr std::size_t batch_size = 32;
constexpr std::size_t window_per_thread = 8;
/// Threads for one core while they wait for the disk.
constexpr unsigned waiting_per_core = 4;
/// Spooled members and lists of them count as much as so many files.
constexpr std::size_t member_weight = 16;

/// Instances that are in several studies, or tar files, may pass from one to the next; what is not
/// settled then the next scan goes on with.
constexpr int most_rounds = 32;

/// Records that wait for their rows to be committed are as many at the most, about.
constexpr std::size_t most_said = 4000;

/// A record that waits for its row to be committed; of a task that is kept so long, or of our own.
struct Said {
    const JsonLine* record;
    const std::string* json;
};

const std::string nothing;

class Scan {
public:
    Scan(const ScanOptions& options, ScanCounters& counters)
        : options_(options), counters_(counters)
    {
        if (!options.index.empty()) {
            sink_.emplace(options.index, options.add);
            if (options.paths.size() > 1 || options.paths.front() == "-") {
                sink_->expect_any_order();
            }
            known_.emplace(options.index);
        }
        how_.add = options.add;
        how_.digests = options.digests;
        how_.dicom_json = options.dicom_json;
        how_.members = !options.dicom_json;
        how_.index = sink_.has_value();
    }

    void run()
    {
        pass([this](Walk& walk) {
            for (const std::string& path : options_.paths) {
                walk.add(path);
            }
        });
        if (sink_ && !StopFlag::instance().raised()) {
            read_again();
        }
    }

private:
    using Fill = std::function<void(Walk&)>;

    void read_again();
    void pass(const Fill& fill);
    void produce(Pipeline<Batch>& work, const Fill& fill);
    void take(Batch batch, const Pipeline<Batch>& work);
    void settle(Task& task);
    void put_waiting();
    void remove(const Task& task);
    void count(const Task& task);
    void say(const JsonLine& record, const std::string& json);
    void flush(bool more);
    void give_back(Batch batch) { workers_[batch.worker]->give_back(std::move(batch.tasks)); }

    const ScanOptions& options_;
    ScanCounters& counters_;
    ExamineOptions how_;
    std::optional<IndexSink> sink_;
    std::optional<index::KnownFiles> known_;
    std::vector<const Task*> waiting_;  // of the batch at hand, to be put into the index
    std::vector<Said> said_;
    std::vector<Batch> kept_;                       // what was said of them waits
    std::deque<JsonLine> removals_;                 // what is said of them waits
    std::vector<std::unique_ptr<Worker>> workers_;  // each made by its thread
    bool said_of_batch_ = false;                    // the one at hand
    bool quiet_ = false;
};

// What changed may have spoken for a whole study, and in its place in another one. Nobody need hear
// of their other files.
void Scan::read_again()
{
    quiet_ = true;
    sink_->expect_the_same();
    const auto more = [this] {
        const bool taken_out = sink_->take_out_touched(*known_);
        return taken_out || IndexSink::any_unread(*known_);
    };
    for (int round = 0; round < most_rounds && !StopFlag::instance().raised() && more(); ++round) {
        pass([](Walk& walk) { walk.add_unread(); });
    }
    if (!StopFlag::instance().raised()) {
        sink_->finish();
    }
}

void Scan::produce(Pipeline<Batch>& work, const Fill& fill)
{
    Batch batch;
    std::size_t weight = 0;
    const auto send = [&] {
        weight = 0;
        return work.put(std::exchange(batch, {}));
    };
    WalkOptions how{options_.standard_input,
                    known_ ? &*known_ : nullptr,
                    {},
                    options_.digests,
                    options_.forget};
    if (known_) {
        how.key_sets = known_->key_sets_with(options_.add);
        std::sort(how.key_sets.begin(), how.key_sets.end());
    }
    Walk walk{std::move(how), [&](Task&& task) {
                  weight += task.kind == Task::Kind::member ? member_weight : 1;
                  const bool urgent = task.urgent;
                  if (batch.tasks.empty()) {
                      batch.tasks.reserve(batch_size);
                  }
                  batch.tasks.push_back(std::move(task));
                  return (weight < batch_size && !urgent) || send();
              }};
    fill(walk);
    send();
}

void Scan::pass(const Fill& fill)
{
    const unsigned threads = threads_or_cores(options_.threads);
    const unsigned most = options_.threads != 0 ? threads : waiting_per_core * threads;
    workers_.clear();
    workers_.resize(most);
    try {
        run_pipeline<Batch>(
            {threads, most}, window_per_thread * threads,
            [&](Pipeline<Batch>& work) { produce(work, fill); },
            [&](Batch& batch, unsigned thread) {
                std::unique_ptr<Worker>& worker = workers_[thread];
                if (!worker) {
                    worker = std::make_unique<Worker>(how_, quiet_);
                }
                batch.worker = thread;
                return worker->work(batch);
            },
            [&](Batch&& batch, const Pipeline<Batch>& work) { take(std::move(batch), work); });
    } catch (const Error& error) {
        // Stopped in the middle of a file: all before it stands.
        if (error.kind() != ErrorKind::limit || !StopFlag::instance().raised()) {
            throw;
        }
    }
    flush(false);
}

void Scan::take(Batch batch, const Pipeline<Batch>& work)
{
    const std::uint64_t files_before = counters_.files;
    std::uint64_t bytes = 0;
    said_of_batch_ = false;
    for (Task& task : batch.tasks) {
        settle(task);
        bytes += task.finding.size;
    }
    put_waiting();
    if (options_.on_progress && !quiet_) {
        options_.on_progress(counters_.files - files_before, bytes);
    }
    if (said_of_batch_) {
        kept_.push_back(std::move(batch));
    } else {
        give_back(std::move(batch));
    }
    if (!sink_ || sink_->due() || said_.size() >= most_said ||
        !work.ready_until(sink_->patience())) {
        flush(work.ready());
    }
}

// What was removed may have made room for what comes behind it, and the reverse: in their order.
void Scan::put_waiting()
{
    if (!waiting_.empty()) {
        const std::size_t copies = sink_->put(waiting_);
        counters_.copies += quiet_ ? 0 : copies;
        waiting_.clear();
    }
}

void Scan::remove(const Task& task)
{
    put_waiting();
    const std::string shown = task.path();
    const std::string known =
        (task.place->absolute == "/" ? "" : task.place->absolute) + "/" + task.name;
    sink_->remove(task, [&](const index::RemovedFile& removed) {
        ++counters_.removed;
        say(removals_.emplace_back(
                removed_record(removed, shown + removed.path.substr(known.size()))),
            nothing);
        if (sink_->due()) {
            flush(true);
        }
    });
}

void Scan::count(const Task& task)
{
    const Finding& finding = task.finding;
    const bool object = finding.object || (task.unchanged && task.known->object);
    counters_.files += task.container ? 0 : 1;
    counters_.objects += object ? 1 : 0;
    counters_.bytes += object ? finding.size : 0;
    counters_.fallbacks += finding.fallback ? 1 : 0;
    counters_.unchanged += task.unchanged ? 1 : 0;
    counters_.added += !task.container && task.change == "new" ? 1 : 0;
    counters_.changed += !task.container && task.change == "changed" ? 1 : 0;
}

void Scan::settle(Task& task)
{
    if (task.kind == Task::Kind::moved_folder) {
        put_waiting();
        sink_->note(*task.place);
        return;
    }
    if (task.kind == Task::Kind::removed_file || task.kind == Task::Kind::removed_folder) {
        remove(task);
        return;
    }
    if (sink_ && !task.unchanged) {
        waiting_.push_back(&task);
    }
    if (quiet_) {
        return;
    }
    count(task);
    for (const JsonLine& record : task.records) {
        say(record, &record == &task.records.front() ? task.finding.dicom_json : nothing);
    }
}

void Scan::say(const JsonLine& record, const std::string& json)
{
    if (sink_) {
        said_.push_back({&record, &json});
        said_of_batch_ = true;
    } else {
        options_.on_record(record, json);
    }
}

void Scan::flush(bool more)
{
    if (sink_) {
        sink_->commit();
        for (const Said& said : said_) {
            options_.on_record(*said.record, *said.json);
        }
        said_.clear();
        said_of_batch_ = false;
        removals_.clear();
        for (Batch& batch : kept_) {
            give_back(std::move(batch));
        }
        kept_.clear();
    }
    if (!more && options_.on_pause) {
        options_.on_pause();
    }
}

}  // namespace

void ScanCounters::write(JsonLine& summary) const
{
    summary.add("files", files).add("objects", objects).add("bytes", bytes);
    if (indexed) {
        summary.add("added", added)
            .add("changed", changed)
            .add("unchanged", unchanged)
            .add("removed", removed)
            .add("copies", copies);
    }
    if (fallbacks > 0) {
        summary.add("fallbacks", fallbacks);
    }
}

namespace {

dicom::Tag added_tag(const std::string& text)
{
    const auto tag = dicom::parse_tag(text);
    const auto refuse = [&text](const char* reason) {
        throw Error(ErrorKind::usage, fmt::format("reading --add {}: {}", text, reason));
    };
    if (!tag) {
        refuse("no keyword of PS3.6 and no tag");
    }
    if (tag->group() < 0x0008 || tag->group() == 0xFFFE || tag->element() == 0) {
        refuse("no attribute of a data set");
    }
    if (tag->group() == 0x7FE0 ||
        (!tag->is_private() && dicom::unit_bytes(dicom::vr_of(*tag)) == 1 &&
         !dicom::is_text(dicom::vr_of(*tag)) && dicom::vr_of(*tag) != dicom::Vr::SQ)) {
        refuse("bulk data is not kept");
    }
    return *tag;
}

}  // namespace

std::vector<dicom::Tag> added_tags(const std::vector<std::string>& words)
{
    std::vector<dicom::Tag> tags;
    std::transform(words.begin(), words.end(), std::back_inserter(tags), added_tag);
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

void scan(const ScanOptions& options, ScanCounters& counters)
{
    counters.indexed = !options.index.empty();
    Scan{options, counters}.run();
}

}  // namespace pacs::scan
