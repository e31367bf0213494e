#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace pacs {

/// `threads`, or as many as there are cores for 0.
inline unsigned threads_or_cores(unsigned threads) noexcept
{
    return threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
}

/// Does work on a stream of inputs in several threads and hands the results on in the order of the
/// inputs. No item passes from thread to thread, unless its result waits for an earlier one: with
/// one thread all is done in the calling one. Memory is bounded: at most `window` results a thread
/// wait for one that takes longer, and no input is begun while those that wait cost more than a
/// budget.
template <typename In, typename Out>
class OrderedWork {
public:
    struct Parts {
        /// The next input; nullopt at the end. Called by one thread at a time, and may block.
        std::function<std::optional<In>()> next;
        /// Called by many threads at once.
        std::function<Out(In&&)> work;
        /// Called by one thread at a time, in order. `more`: another result is being made.
        std::function<void(Out&&, bool more)> emit;
        std::function<std::size_t(const Out&)> cost;  ///< bytes
    };
    struct Limits {
        unsigned threads = 1;
        std::size_t budget_bytes = std::size_t{64} << 20U;
        unsigned window = 4;  ///< results a thread
    };

    OrderedWork(Limits limits, Parts parts) : limits_(limits), parts_(std::move(parts)) {}

    /// Returns when all inputs are done. The first exception of any part ends it: what was begun is
    /// finished, nothing more is emitted, and it is thrown here.
    void run()
    {
        std::vector<std::thread> helpers;
        for (unsigned i = 1; i < limits_.threads; ++i) {
            helpers.emplace_back([this] { work_until_done(); });
        }
        work_until_done();
        for (std::thread& helper : helpers) {
            helper.join();
        }
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

private:
    void work_until_done()
    {
        try {
            for (auto input = take(); input; input = take()) {
                hand_on(input->first, parts_.work(std::move(input->second)));
            }
        } catch (...) {
            const std::lock_guard lock{mutex_};
            failure_ = failure_ ? failure_ : std::current_exception();
            ended_ = true;
            room_.notify_all();
        }
    }

    std::optional<std::pair<std::uint64_t, In>> take()
    {
        const std::lock_guard taking{taking_};
        {
            std::unique_lock lock{mutex_};
            room_.wait(lock, [this] {
                return ended_ ||
                       (taken_ - emitted_ < std::uint64_t{limits_.window} * limits_.threads &&
                        waiting_bytes_ <= limits_.budget_bytes);
            });
            if (ended_) {
                return std::nullopt;
            }
        }
        auto input = parts_.next();
        const std::lock_guard lock{mutex_};
        ended_ = ended_ || !input;
        if (!input) {
            return std::nullopt;
        }
        return std::pair{taken_++, std::move(*input)};
    }

    void hand_on(std::uint64_t number, Out result)
    {
        std::unique_lock lock{mutex_};
        waiting_bytes_ += parts_.cost(result);
        waiting_.emplace(number, std::move(result));
        if (emitting_) {
            return;  // whoever emits comes by it
        }
        emitting_ = true;
        while (!failure_ && !waiting_.empty() && waiting_.begin()->first == emitted_) {
            Out first = std::move(waiting_.extract(waiting_.begin()).mapped());
            const std::size_t bytes = parts_.cost(first);
            const bool more = taken_ > emitted_ + 1;
            lock.unlock();
            parts_.emit(std::move(first), more);
            lock.lock();
            waiting_bytes_ -= bytes;
            ++emitted_;
            room_.notify_all();
        }
        emitting_ = false;
    }

    const Limits limits_;
    const Parts parts_;

    std::mutex taking_;  // taken first
    std::mutex mutex_;
    std::condition_variable room_;
    std::map<std::uint64_t, Out> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t emitted_ = 0;
    bool emitting_ = false;
    bool ended_ = false;
    std::exception_ptr failure_;
};

}  // namespace pacs
