#pragma once

#include "base/deadline.hpp"

#include <chrono>

namespace pacs {

/// For a thread that waits, again and again, for something that often comes sooner than a thread
/// falls asleep and is woken (some 40 us on a virtual machine): it looks for a moment before it
/// sleeps, as long as that pays. Who waits for something slow sleeps at once, and at most half
/// of the cores look at any time, so that nobody who has work to do is held up.
///
///     if (!wait.look([&] { return poll_now(); })) {
///         const BriefWait::Sleep sleep{wait};
///         poll_and_block();
///     }
///
/// Not thread-safe: one object for each thread and thing waited for.
class BriefWait {
public:
    /// How long it looks.
    static constexpr std::chrono::microseconds longest{300};

    /// Asks `ready` until it says yes (true), or for as long as is worth it and `deadline` allows
    /// (false, at once when the last wait was long). What `ready` throws goes through.
    template <typename Ready>
    bool look(const Ready& ready, Deadline deadline = {})
    {
        if (!worthwhile_ || deadline.expired()) {
            return false;
        }
        const Place place;
        if (!place) {
            return false;
        }
        const Deadline until = earliest(deadline, Deadline::after(longest));
        do {
            if (ready()) {
                return true;
            }
            give_way();
        } while (!until.expired());
        worthwhile_ = false;
        return false;
    }

    /// Lives while the thread sleeps: a short sleep makes looking worthwhile the next time.
    class Sleep {
    public:
        explicit Sleep(BriefWait& wait) : wait_(wait) {}
        ~Sleep() { wait_.worthwhile_ = Deadline::Clock::now() - since_ < longest; }
        Sleep(const Sleep&) = delete;
        Sleep& operator=(const Sleep&) = delete;

    private:
        BriefWait& wait_;
        Deadline::Clock::time_point since_ = Deadline::Clock::now();
    };

private:
    /// One of the places for those who look; false when all are taken.
    class Place {
    public:
        Place() noexcept;
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        explicit operator bool() const noexcept { return taken_; }

    private:
        bool taken_;
    };

    static void give_way() noexcept;

    bool worthwhile_ = false;
};

}  // namespace pacs
