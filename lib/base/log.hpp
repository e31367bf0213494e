#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace pacs::log {

enum class Level : std::uint8_t { error, warning, info, debug, trace };

enum class Format : std::uint8_t { text, json };

/// Where lines of the log go: standard error, one line each, every foreign byte escaped
/// (PS3.x values included). The one writer of a process; set up once by cli::Tool.
/// Never a patient attribute above debug; UIDs, titles and counts are fine.
void configure(Level level, Format format, std::string program);
Level level() noexcept;
Format format() noexcept;
bool enabled(Level level) noexcept;

/// One line: "program: message" as text,
/// {"type":"log","level":...,"message":...,"program":...,"time":...} as JSON, the time in UTC.
void write(Level level, std::string_view message);
/// A finished JSON object line (JsonLine::str()) that goes out as it is in either format: the
/// daemon's line per association.
void write_record(std::string_view json_line);

/// Shows `text` on the terminal's last line, below all lines of the log, until it is replaced or
/// taken away by an empty text. Only for a standard error that is a terminal (cli/progress).
void status_line(std::string_view text);

template <typename... Args>
void error(fmt::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::error)) {
        write(Level::error, fmt::format(text, std::forward<Args>(args)...));
    }
}
template <typename... Args>
void warning(fmt::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::warning)) {
        write(Level::warning, fmt::format(text, std::forward<Args>(args)...));
    }
}
template <typename... Args>
void info(fmt::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::info)) {
        write(Level::info, fmt::format(text, std::forward<Args>(args)...));
    }
}
template <typename... Args>
void debug(fmt::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::debug)) {
        write(Level::debug, fmt::format(text, std::forward<Args>(args)...));
    }
}
template <typename... Args>
void trace(fmt::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::trace)) {
        write(Level::trace, fmt::format(text, std::forward<Args>(args)...));
    }
}

/// For people and terminals: control characters (C0, DEL, C1, invalid UTF-8) as \xNN, cut at
/// `limit_characters` with "...".
std::string printable(std::string_view text, std::size_t limit_characters = 128);

}  // namespace pacs::log
