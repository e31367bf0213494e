#include "storage/folders.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <exception>
#include <system_error>
#include <utility>
#include <vector>

namespace pacs::storage {

namespace {

namespace fs = std::filesystem;

/// Beyond it the memory of durable folders starts anew; each costs some 200 bytes.
constexpr std::size_t durable_limit = 20'000;

}  // namespace

/// One flush of one folder that several threads wait for.
struct Folders::Flight {
    bool started = false;
    bool done = false;
    std::exception_ptr error;
    std::condition_variable changed;
    std::shared_ptr<Flight> next;  ///< for those who came after this one started
};

void Folders::make(const fs::path& folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        throw Error(ErrorKind::storage,
                    fmt::format("making folder {}: {}", folder.string(), error.message()));
    }
}

void Folders::forget(const fs::path& folder)
{
    const std::scoped_lock lock{mutex_};
    for (fs::path each = folder; each != root_ && each.has_relative_path();
         each = each.parent_path()) {
        durable_.erase(each.string());
    }
}

void Folders::flush(const fs::path& folder)
{
    std::vector<std::string> new_ones;
    flush_one(folder);
    for (fs::path each = folder; each != root_ && each.has_relative_path();
         each = each.parent_path()) {
        {
            const std::scoped_lock lock{mutex_};
            if (durable_.contains(each.string())) {
                break;  // and so are those above it
            }
        }
        flush_one(each.parent_path());
        new_ones.push_back(each.string());
    }
    const std::scoped_lock lock{mutex_};
    if (durable_.size() >= durable_limit) {
        durable_.clear();
    }
    durable_.insert(new_ones.begin(), new_ones.end());
}

void Folders::flush_one(const fs::path& folder)
{
    std::unique_lock lock{mutex_};
    std::shared_ptr<Flight>& slot = flights_[folder.string()];
    std::shared_ptr<Flight> mine = slot;
    if (!mine) {
        mine = slot = std::make_shared<Flight>();
    } else if (mine->started) {
        // It may have started before our entry was made: only the next one is sure to cover it.
        if (!mine->next) {
            mine->next = std::make_shared<Flight>();
        }
        const std::shared_ptr<Flight> running = mine;
        mine = mine->next;
        running->changed.wait(lock, [&] { return running->done; });
    }
    if (mine->started) {
        mine->changed.wait(lock, [&] { return mine->done; });
    } else {
        mine->started = true;
        lock.unlock();
        try {
            flush_folder(folder);
        } catch (...) {
            mine->error = std::current_exception();
        }
        lock.lock();
        mine->done = true;
        if (mine->next) {
            flights_[folder.string()] = mine->next;
        } else {
            flights_.erase(folder.string());
        }
        mine->changed.notify_all();
    }
    if (mine->error) {
        std::rethrow_exception(mine->error);
    }
}

}  // namespace pacs::storage
