#include "daemon/move_lane.hpp"
#include "daemon/retrieve_operation.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace pacs::daemon {

namespace {

/// Threads that are waited for, whatever happens.
class Lanes {
public:
    explicit Lanes(MoveShared& shared) : shared_(shared) {}
    ~Lanes()
    {
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;

    void start(unsigned count)
    {
        threads_.reserve(count);
        shared_.lanes = count;  // before any of them could leave as the last
        for (unsigned i = 0; i < count; ++i) {
            threads_.emplace_back([this] { MoveLane{shared_}.run(); });
        }
    }

private:
    MoveShared& shared_;
    std::vector<std::thread> threads_;
};

bool wait_for_lanes(MoveShared& shared)
{
    constexpr std::chrono::milliseconds between_looks{100};
    std::unique_lock lock{shared.mutex};
    return shared.left.wait_for(lock, between_looks, [&] { return shared.lanes == 0; });
}

}  // namespace

bool perform_move(const RetrieveParts& parts, const MovePlan& plan)
{
    MoveShared shared{parts, plan};
    RetrievePulse pulse{parts};
    if (pulse.beat()) {
        return true;
    }
    Lanes lanes{shared};
    try {
        const auto total = parts.tally.counts().total;
        lanes.start(static_cast<unsigned>(std::min<std::uint64_t>(plan.lanes, total)));
        while (!wait_for_lanes(shared)) {
            shared.cancelled = pulse.beat() || shared.cancelled;
        }
    } catch (...) {
        shared.halt_now();
        throw;
    }
    return shared.cancelled;
}

}  // namespace pacs::daemon
