#include "archive/worker_pool.hpp"

#include <utility>

namespace pacs::archive {

WorkerPool::WorkerPool(unsigned threads)
{
    threads_.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
    }
}

WorkerPool::~WorkerPool()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void WorkerPool::post(std::function<void()> task)
{
    {
        const std::scoped_lock lock{mutex_};
        tasks_.push_back(std::move(task));
    }
    ready_.notify_one();
}

void WorkerPool::work()
{
    std::unique_lock lock{mutex_};
    for (;;) {
        ready_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (tasks_.empty()) {
            return;
        }
        {
            const std::function<void()> task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
        lock.lock();
    }
}

}  // namespace pacs::archive
