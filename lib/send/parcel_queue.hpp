#pragma once

#include "send/parcel.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace pacs::send {

/// How much may wait to be sent: it bounds open files and memory.
struct QueueLimits {
    std::size_t parcels = 256;
    std::size_t memory_bytes = std::size_t{16} << 20U;  ///< of objects that are held in memory
};

/// What waits to be sent, between the one that reads and the lanes that send. Parcels that are to
/// be tried again wait here too, until their time. Thread-safe; every wait ends when StopFlag is
/// raised or stop() was called.
class ParcelQueue {
public:
    explicit ParcelQueue(const QueueLimits& limits = {}) : limits_(limits) {}

    /// Waits for room; false when the queue was stopped, the parcel is then dropped.
    bool put(Parcel parcel);
    /// Nothing more will be put.
    void end();
    /// Nothing more shall be sent.
    void stop();

    enum class Next : std::uint8_t {
        parcel,   ///< one was given
        nothing,  ///< none right now, and the caller did not want to wait
        over,     ///< none will come any more
    };
    using Fits = std::function<bool(const Parcel&)>;
    /// Gives the first parcel that `fits`, or the first of all when none does. With `wait` not
    /// before there is one. A parcel that was taken must be given back to done() or again().
    Next take(const Fits& fits, bool wait, Parcel& parcel);
    /// A taken parcel needs no further attempt.
    void done();
    /// A taken parcel shall be tried again at its `not_before`.
    void again(Parcel parcel);

    /// What the waiting parcels need, the next ones first. Waits until the reader is as far ahead
    /// as it may be or has been reading for `patience`, so that a first association knows what it
    /// is for.
    std::vector<Need> needs(std::chrono::milliseconds patience);

private:
    using Lock = std::unique_lock<std::mutex>;
    bool full() const noexcept;
    bool stopped() const noexcept;
    void notify_all() noexcept;
    std::deque<Parcel>::iterator choose(const Fits& fits);

    QueueLimits limits_;
    mutable std::mutex mutex_;
    std::condition_variable room_;    ///< one may be put
    std::condition_variable filled_;  ///< it is full, or nothing more will be put
    std::condition_variable ready_;   ///< one may be taken, or none will come any more
    std::deque<Parcel> waiting_;
    std::size_t memory_ = 0;
    std::size_t out_ = 0;  ///< taken, neither done nor back
    bool ended_ = false;
    bool stopped_ = false;
};

}  // namespace pacs::send
