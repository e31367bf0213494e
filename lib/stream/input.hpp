#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pacs::stream {

/// A pipe or file read once from front to end, with room to look ahead. Reading waits for data but
/// not past StopFlag: a raised flag looks like the end of the input.
class Input {
public:
    /// Reads from `fd`, which stays the caller's. `name` is for messages.
    Input(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    /// The next bytes without taking them: `count` of them, fewer only at the end. Valid until the
    /// next call. Throws Error(storage) when reading fails.
    std::span<const std::byte> peek(std::size_t count);
    /// What is buffered, read anew when that is nothing; empty at the end.
    std::span<const std::byte> chunk();
    /// Takes the first `count` bytes of what peek() or chunk() showed.
    void take(std::size_t count) noexcept { begin_ += count; }

    /// Reads one line without its newline into `line`; false at the end. A line longer than
    /// `limit_bytes` is skipped in constant memory and comes back cut, with `cut` set. `last_open`
    /// is set when the line ended with the input instead of a newline.
    struct Line {
        std::string text;
        bool cut = false;
        bool last_open = false;
    };
    bool read_line(Line& line, std::size_t limit_bytes);

    const std::string& name() const noexcept { return name_; }

private:
    bool fill();

    int fd_;
    std::string name_;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace pacs::stream
