#pragma once

#include "base/json_line.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace pacs::cli {

/// --progress: auto draws a line on standard error when that is a terminal; json sends an event of
/// type `progress` there once a second.
enum class ProgressMode : std::uint8_t { automatic, json, none };

/// How far a long work is: items, bytes, rate, time left. Counting is cheap and thread-safe;
/// showing happens in a thread of its own while the run lasts.
class Progress {
public:
    Progress() = default;
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// What is to be done, as far as it is known; may be called again with more.
    void expect(std::uint64_t items, std::uint64_t bytes) noexcept;
    void add(std::uint64_t items, std::uint64_t bytes) noexcept;

    /// "120 of 500 items, 63.1 MB, 31.5 MB/s, 0:06 left"
    std::string line() const;
    JsonLine event() const;

    /// Only Tool calls these two.
    void start(ProgressMode mode);
    void stop();

private:
    struct Snapshot;
    Snapshot snapshot() const;
    void show(ProgressMode mode);

    std::atomic<std::uint64_t> items_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> expected_items_{0};
    std::atomic<std::uint64_t> expected_bytes_{0};
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::condition_variable ended_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace pacs::cli
