#include "base/log.hpp"

#include "base/json_line.hpp"
#include "base/utf8.hpp"

#include <unistd.h>

#include <fmt/chrono.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <limits>
#include <mutex>

namespace pacs::log {

namespace {

/// What the process says of itself on standard error; one for all threads.
struct Writer {
    std::atomic<Level> level{Level::warning};
    std::atomic<Format> format{Format::text};
    std::mutex mutex;         // guards what follows, and keeps lines whole
    std::string program;      // empty until configure()
    std::string status_line;  // what stands on the terminal's last line, empty for nothing
};

Writer& writer()
{
    static Writer instance;
    return instance;
}

/// Loses what standard error does not take: there is nobody left to tell.
void put(std::string_view text) noexcept
{
    while (!text.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

constexpr std::string_view erase_line = "\r\x1b[K";

/// One line, with the status line taken away before it and put back after it. Needs the mutex.
void put_line(const Writer& to, const std::string& line)
{
    if (to.status_line.empty()) {
        put(line);
        return;
    }
    put(std::string{erase_line} + line + to.status_line);
}

std::string_view name_of(Level level)
{
    switch (level) {
    case Level::error: return "error";
    case Level::warning: return "warning";
    case Level::info: return "info";
    case Level::debug: return "debug";
    case Level::trace: return "trace";
    }
    return "error";
}

std::string now_text()
{
    using std::chrono::system_clock;
    const auto now = system_clock::now();
    const auto since = now.time_since_epoch();
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(now)),
                       millis);
}

std::string escaped(std::string_view character)
{
    std::string text;
    for (const char byte : character) {
        text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    return text;
}

}  // namespace

void configure(Level level, Format format, std::string program)
{
    Writer& to = writer();
    const std::lock_guard lock{to.mutex};
    to.level = level;
    to.format = format;
    to.program = std::move(program);
}

Level level() noexcept
{
    return writer().level;
}

Format format() noexcept
{
    return writer().format;
}

bool enabled(Level level) noexcept
{
    return level <= writer().level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view message)
{
    if (!enabled(level)) {
        return;
    }
    Writer& to = writer();
    const std::lock_guard lock{to.mutex};
    if (to.format == Format::json) {
        put_line(to, JsonLine{"log"}
                         .add("level", name_of(level))
                         .add("message", message)
                         .add("program", to.program)
                         .add("time", now_text())
                         .str());
        return;
    }
    const std::string text = printable(message, std::numeric_limits<std::size_t>::max());
    put_line(to, to.program.empty() ? text + "\n" : to.program + ": " + text + "\n");
}

void write_record(std::string_view json_line)
{
    Writer& to = writer();
    const std::lock_guard lock{to.mutex};
    put_line(to, std::string{json_line});
}

void status_line(std::string_view text)
{
    Writer& to = writer();
    const std::lock_guard lock{to.mutex};
    const std::string next = printable(text, std::numeric_limits<std::size_t>::max());
    if (next.empty() && to.status_line.empty()) {
        return;
    }
    to.status_line = next;
    put(std::string{erase_line} + next);
}

std::string printable(std::string_view text, std::size_t limit_characters)
{
    std::string out;
    out.reserve(std::min<std::size_t>(text.size(), 256));
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters) {
        if (characters == limit_characters) {
            return out + "...";
        }
        const std::size_t length = utf8_length(text, at);
        const std::string_view character = text.substr(at, std::max<std::size_t>(length, 1));
        if (length == 0 || is_control(text, at, length)) {
            out += escaped(character);
        } else {
            out += character;
        }
        at += character.size();
    }
    return out;
}

}  // namespace pacs::log
