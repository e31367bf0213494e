#include "base/brief_wait.hpp"

#include <atomic>
#include <thread>

namespace pacs {

namespace {

std::atomic<unsigned>& lookers() noexcept
{
    static std::atomic<unsigned> count{0};
    return count;
}

unsigned places() noexcept
{
    static const unsigned half = std::thread::hardware_concurrency() / 2;
    return half;
}

}  // namespace

BriefWait::Place::Place() noexcept
    : taken_(lookers().fetch_add(1, std::memory_order_relaxed) < places())
{
}

BriefWait::Place::~Place()
{
    lookers().fetch_sub(1, std::memory_order_relaxed);
}

void BriefWait::give_way() noexcept
{
    std::this_thread::yield();
}

}  // namespace pacs
