#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace pacs::scan {

/// How many threads work.
struct Threads {
    Threads(unsigned count) : at_first(count), most(count) {}
    Threads(unsigned first, unsigned limit) : at_first(first), most(limit) {}

    unsigned at_first;
    unsigned most;  ///< when work waits for something else than a core
};

/// Work on items in several threads whose results are wanted in the order of the items: one thread
/// puts, one takes, and between them there are never more than `window` items, so memory is bounded
/// however slow one of them is. Work is an item that is changed by working on it. For items that
/// are pushed by a callback and worth passing from thread to thread, such as batches; for items
/// that can be pulled, OrderedWork passes none.
template <typename Item>
class Pipeline {
public:
    /// Called by many threads at once, with the number of the thread. True: it mostly waited, and
    /// one thread more would be of use.
    using Work = std::function<bool(Item&, unsigned thread)>;

    /// What `work` throws comes out of take() in the place of its item.
    Pipeline(Threads threads, std::size_t window, Work work)
        : work_(std::move(work)), most_(threads.most), slots_(window)
    {
        for (unsigned thread = 0; thread < threads.at_first; ++thread) {
            threads_.emplace_back([this, thread] { run(thread); });
        }
    }
    /// Items that were not taken are dropped; work that was begun is waited for.
    ~Pipeline()
    {
        stop();
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// Waits for room. False: nobody takes any more.
    bool put(Item item)
    {
        std::unique_lock lock{mutex_};
        room_.wait(lock, [this] { return stopped_ || put_ - taken_ < slots_.size(); });
        if (stopped_) {
            return false;
        }
        Slot& slot = slots_[put_++ % slots_.size()];
        slot = {std::move(item), {}, false};
        ready_.notify_one();
        return true;
    }
    /// No more items follow. `error`: why, to come out of take() behind the last item.
    void finish(std::exception_ptr error = {})
    {
        const std::lock_guard lock{mutex_};
        finished_ = true;
        error_ = std::move(error);
        ready_.notify_all();
        done_.notify_all();
    }
    /// The next item, worked on; waits for it. nullopt after the last.
    std::optional<Item> take()
    {
        std::unique_lock lock{mutex_};
        done_.wait(lock, [this] { return can_take(); });
        if (taken_ == put_) {
            if (error_) {
                std::rethrow_exception(std::exchange(error_, nullptr));
            }
            return std::nullopt;
        }
        Slot slot = std::move(slots_[taken_++ % slots_.size()]);
        room_.notify_one();
        if (slot.error) {
            std::rethrow_exception(slot.error);
        }
        return std::move(slot.item);
    }
    /// True when take() would not wait.
    bool ready() const
    {
        const std::lock_guard lock{mutex_};
        return can_take();
    }
    /// Waits until take() would not, at most until `then`; true when it would not.
    bool ready_until(std::chrono::steady_clock::time_point then) const
    {
        std::unique_lock lock{mutex_};
        return done_.wait_until(lock, then, [this] { return can_take(); });
    }
    /// Nobody takes any more: put() returns.
    void stop()
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
        room_.notify_all();
        ready_.notify_all();
    }

private:
    struct Slot {
        std::optional<Item> item;
        std::exception_ptr error;
        bool done = false;
    };

    bool can_take() const  // needs the mutex
    {
        return taken_ < put_ ? slots_[taken_ % slots_.size()].done : finished_;
    }

    void add_thread()  // needs the mutex, and something that was put
    {
        if (stopped_ || threads_.size() >= most_) {
            return;
        }
        const auto thread = static_cast<unsigned>(threads_.size());
        try {
            threads_.emplace_back([this, thread] { run(thread); });
        } catch (const std::system_error&) {
            return;  // the system has none to give: those that there are do the work
        }
    }

    void run(unsigned thread)
    {
        std::unique_lock lock{mutex_};
        for (;;) {
            ready_.wait(lock, [this] { return stopped_ || begun_ < put_ || finished_; });
            if (stopped_ || begun_ == put_) {
                return;
            }
            const std::uint64_t number = begun_++;
            Slot& slot = slots_[number % slots_.size()];
            lock.unlock();
            std::exception_ptr error;
            bool waited = false;
            try {
                waited = work_(*slot.item, thread);
            } catch (...) {
                error = std::current_exception();
            }
            lock.lock();
            if (waited) {
                add_thread();
            }
            slot.error = std::move(error);
            slot.done = true;
            if (number == taken_) {
                done_.notify_one();
            }
        }
    }

    const Work work_;
    const unsigned most_;
    std::vector<Slot> slots_;
    mutable std::mutex mutex_;
    std::condition_variable room_;
    std::condition_variable ready_;
    mutable std::condition_variable done_;
    std::uint64_t put_ = 0;
    std::uint64_t begun_ = 0;
    std::uint64_t taken_ = 0;
    bool finished_ = false;
    bool stopped_ = false;
    std::exception_ptr error_;
    std::vector<std::thread> threads_;
};

/// Runs a Pipeline to its end: `produce` is given it to put items in, in a thread of its
/// own, and returns when there are no more or put() says false; `take` gets them in order in the
/// calling thread. The first exception of any of the three ends it and comes out, when work that
/// was begun is done and `produce` has returned; of `produce` and `work` after all items before
/// were taken.
template <typename Item, typename Produce, typename Work, typename Take>
void run_pipeline(Threads threads, std::size_t window, Produce produce, Work work, Take take)
{
    Pipeline<Item> all{threads, window, std::move(work)};
    std::thread producer{[&] {
        std::exception_ptr error;
        try {
            produce(all);
        } catch (...) {
            error = std::current_exception();
        }
        all.finish(std::move(error));
    }};
    try {
        for (auto item = all.take(); item; item = all.take()) {
            take(std::move(*item), all);
        }
    } catch (...) {
        all.stop();
        producer.join();
        throw;
    }
    producer.join();
}

}  // namespace pacs::scan
