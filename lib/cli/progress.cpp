#include "cli/progress.hpp"

#include "base/log.hpp"
#include "base/units.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <cmath>

namespace pacs::cli {

struct Progress::Snapshot {
    std::uint64_t items;
    std::uint64_t bytes;
    std::uint64_t expected_items;
    std::uint64_t expected_bytes;
    double seconds;

    double bytes_per_second() const { return static_cast<double>(bytes) / seconds; }
    double items_per_second() const { return static_cast<double>(items) / seconds; }
    /// By bytes where they are known, they cost the time; negative when nobody can say.
    double seconds_left() const
    {
        if (bytes > 0 && expected_bytes >= bytes) {
            return static_cast<double>(expected_bytes - bytes) / bytes_per_second();
        }
        if (items > 0 && expected_items >= items) {
            return static_cast<double>(expected_items - items) / items_per_second();
        }
        return -1;
    }
};

Progress::~Progress()
{
    stop();
}

void Progress::expect(std::uint64_t items, std::uint64_t bytes) noexcept
{
    expected_items_ += items;
    expected_bytes_ += bytes;
}

void Progress::add(std::uint64_t items, std::uint64_t bytes) noexcept
{
    items_ += items;
    bytes_ += bytes;
}

Progress::Snapshot Progress::snapshot() const
{
    constexpr double shortest = 0.001;
    const std::chrono::duration<double> span = std::chrono::steady_clock::now() - start_;
    return {items_, bytes_, expected_items_, expected_bytes_, std::max(span.count(), shortest)};
}

std::string Progress::line() const
{
    const Snapshot now = snapshot();
    std::string text = now.expected_items >= now.items && now.expected_items > 0
                           ? fmt::format("{} of {} items", now.items, now.expected_items)
                           : fmt::format("{} items", now.items);
    if (now.bytes > 0) {
        text += fmt::format(", {}, {}/s", size_text(now.bytes),
                            size_text(static_cast<std::uint64_t>(now.bytes_per_second())));
    } else {
        text += fmt::format(", {:.0f}/s", now.items_per_second());
    }
    const double left = now.seconds_left();
    if (left >= 0 && left < 1e9) {
        const std::chrono::seconds span{static_cast<std::int64_t>(std::ceil(left))};
        text += fmt::format(", {} left", duration_text(span));
    }
    return text;
}

JsonLine Progress::event() const
{
    const Snapshot now = snapshot();
    JsonLine line{"progress"};
    line.add("items", now.items).add("bytes", now.bytes);
    if (now.expected_items > 0) {
        line.add("expected_items", now.expected_items);
    }
    if (now.expected_bytes > 0) {
        line.add("expected_bytes", now.expected_bytes);
    }
    line.add("bytes_per_second", std::round(now.bytes_per_second()));
    line.add("seconds", std::round(now.seconds * 1000) / 1000);
    const double left = now.seconds_left();
    if (left >= 0) {
        line.add("seconds_left", std::ceil(left));
    }
    return line;
}

void Progress::show(ProgressMode mode)
{
    if (mode == ProgressMode::json) {
        log::write_record(event().str());
    } else {
        log::status_line(line());
    }
}

void Progress::start(ProgressMode mode)
{
    start_ = std::chrono::steady_clock::now();
    if (mode == ProgressMode::none || (mode == ProgressMode::automatic && ::isatty(2) == 0)) {
        return;
    }
    using namespace std::chrono_literals;
    const auto interval = mode == ProgressMode::json ? 1000ms : 200ms;
    thread_ = std::thread{[this, mode, interval] {
        std::unique_lock lock{mutex_};
        while (!ended_.wait_for(lock, interval, [this] { return ending_; })) {
            show(mode);
        }
        if (mode == ProgressMode::json) {
            show(mode);  // the last event has the final counts
        }
    }};
}

void Progress::stop()
{
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        ending_ = true;
    }
    ended_.notify_all();
    thread_.join();
    log::status_line("");
}

}  // namespace pacs::cli
