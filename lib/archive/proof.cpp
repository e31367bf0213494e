#include "archive/proof.hpp"

#include "base/digest.hpp"
#include "base/digest_pair.hpp"
#include "base/error.hpp"
#include "base/ordered_work.hpp"
#include "stream/object_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace pacs::archive {

namespace {

/// What is copied out of its buffer, for which it is too small.
constexpr std::uint64_t small_bytes = 16ULL << 10U;
/// What is proven and sent from memory, and how many of these at once.
constexpr std::size_t memory_bytes = std::size_t{1} << 20U;
constexpr std::size_t most_in_memory = 64;
/// What one thread reads before the next task has its turn.
constexpr std::uint64_t turn_bytes = 8ULL << 20U;
constexpr std::size_t buffer_bytes = std::size_t{256} << 10U;

std::span<std::byte> thread_buffer()
{
    thread_local std::vector<std::byte> buffer(buffer_bytes);
    return buffer;
}

}  // namespace

std::string_view to_string(StoredFault fault) noexcept
{
    switch (fault) {
    case StoredFault::none: return {};
    case StoredFault::missing: return "not_found";
    case StoredFault::unreadable: return "unreadable";
    case StoredFault::changed: return "altered";
    }
    return "unknown";
}

/// One object, read turn by turn; shared by the tasks that follow each other.
class Prover::Task : public std::enable_shared_from_this<Prover::Task> {
public:
    Task(Prover& prover, index::StoredInstance stored, Done done)
        : prover_(prover), done_(std::move(done))
    {
        object_.stored = std::move(stored);
    }

    /// One turn of reading.
    void read() noexcept
    {
        guarded([this] {
            if (opened_ || open()) {
                read_on();
            }
        });
    }

    /// All of it is in memory: its digest is what is missing.
    bool awaits_digest() const noexcept { return !over_ && loaded_; }
    std::span<const std::byte> bytes() const noexcept { return object_.content.memory(); }
    void take(const Sha256Value& digest) noexcept
    {
        guarded([&] { judge(digest); });
    }

    /// After a turn: hands the object over, or takes its place in the queue again.
    void conclude()
    {
        if (over_) {
            done_(std::move(object_));
        } else {
            prover_.post(shared_from_this());
        }
    }

private:
    template <typename Step>
    void guarded(const Step& step) noexcept
    {
        try {
            step();
        } catch (const std::exception& error) {
            fail(StoredFault::unreadable, error.what());
        }
    }

    std::filesystem::path path() const
    {
        const index::StoredInstance& stored = object_.stored;
        return prover_.archive_.layout().object(
            {stored.study_uid, stored.series_uid, stored.instance_uid});
    }

    void fail(StoredFault fault, std::string message)
    {
        over_ = true;
        object_.fault = fault;
        object_.message = std::move(message);
        object_.content = {};
    }

    bool open()
    {
        const std::filesystem::path file = path();
        std::error_code error;
        if (!std::filesystem::exists(file, error) && !error) {
            fail(StoredFault::missing, fmt::format("reading {}: it is not there", file.string()));
            return false;
        }
        object_.content = stream::Content::of_file(file);
        opened_ = true;
        offset_ = 0;
        return true;
    }

    void read_on()
    {
        stream::Content& content = object_.content;
        if (content.size() != object_.stored.size) {
            differs(
                fmt::format("{} bytes where {} were stored", content.size(), object_.stored.size));
            return;
        }
        if (offset_ == 0 && load()) {
            return;
        }
        const std::uint64_t end = std::min(content.size(), offset_ + turn_bytes);
        while (offset_ < end) {
            const auto part = thread_buffer().first(
                static_cast<std::size_t>(std::min<std::uint64_t>(buffer_bytes, end - offset_)));
            if (content.read_at(offset_, part) != part.size()) {
                differs("it became shorter");
                return;
            }
            digest_.update(part);
            offset_ += part.size();
        }
        if (offset_ == content.size()) {
            judge(digest_.finish());
        }
    }

    /// False: it is too large, or too much is in memory already.
    bool load()
    {
        stream::Content& content = object_.content;
        if (content.size() <= small_bytes) {
            content = stream::Content::of_memory(content.read_from(0));
        } else if (content.size() <= memory_bytes) {
            auto memory = prover_.buffers_.take();
            if (memory == nullptr) {
                return false;
            }
            content.load(std::move(memory));
        } else {
            return false;
        }
        loaded_ = true;
        return true;
    }

    void judge(const Sha256Value& digest)
    {
        if (to_hex(digest) != object_.stored.sha256) {
            differs("its digest is not that of the index");
            return;
        }
        try {
            object_.head = stream::read_file_head(object_.content);
            over_ = true;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::storage) {
                throw;
            }
            fail(StoredFault::changed, error.what());
        }
    }

    /// The file is not what the index said when it was asked: another object may have been put into
    /// its place since, and that one is as good.
    void differs(const std::string& how)
    {
        auto now = prover_.archive_.index().find(object_.stored.instance_uid);
        if (now && now->sha256 != object_.stored.sha256 && !asked_again_) {
            asked_again_ = true;
            object_.stored = std::move(*now);
            object_.content = {};
            digest_ = Sha256{};
            opened_ = false;
            loaded_ = false;
            return;
        }
        fail(StoredFault::changed, fmt::format("reading {}: {}", path().string(), how));
    }

    Prover& prover_;
    Done done_;
    ProvenObject object_;
    Sha256 digest_;
    std::uint64_t offset_ = 0;
    bool opened_ = false;
    bool loaded_ = false;  ///< all of it is in memory
    bool asked_again_ = false;
    bool over_ = false;
};

Prover::Prover(const Archive& archive, unsigned threads)
    : archive_(archive),
      buffers_(memory_bytes, most_in_memory),
      threads_(threads_or_cores(threads)),
      pool_(threads_)
{
}

void Prover::prove(index::StoredInstance stored, Done done)
{
    post(std::make_shared<Task>(*this, std::move(stored), std::move(done)));
}

void Prover::post(TaskPtr task)
{
    {
        const std::scoped_lock lock{mutex_};
        waiting_.push_back(std::move(task));
    }
    pool_.post([this] { work(); });
}

/// The next task, and one beside it when more wait than threads have nothing to do: two digests in
/// step take less time than one after the other, but more than each in a thread of its own.
std::pair<Prover::TaskPtr, Prover::TaskPtr> Prover::take()
{
    const std::scoped_lock lock{mutex_};
    std::pair<TaskPtr, TaskPtr> tasks;
    const auto pop = [this](TaskPtr& task) {
        task = std::move(waiting_.front());
        waiting_.pop_front();
    };
    if (waiting_.empty()) {  // somebody took two
        return tasks;
    }
    ++busy_;
    pop(tasks.first);
    if (waiting_.size() > threads_ - busy_) {
        pop(tasks.second);
    }
    return tasks;
}

void Prover::work()
{
    const auto [first, second] = take();
    if (first == nullptr) {
        return;
    }
    first->read();
    if (second != nullptr) {
        second->read();
    }
    if (second != nullptr && first->awaits_digest() && second->awaits_digest()) {
        const auto digests = sha256_of_both(first->bytes(), second->bytes());
        first->take(digests[0]);
        second->take(digests[1]);
    } else {
        for (const TaskPtr& task : {first, second}) {
            if (task != nullptr && task->awaits_digest()) {
                task->take(Sha256::of(task->bytes()));
            }
        }
    }
    first->conclude();
    if (second != nullptr) {
        second->conclude();
    }
    const std::scoped_lock lock{mutex_};
    --busy_;
}

}  // namespace pacs::archive
