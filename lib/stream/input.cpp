#include "stream/input.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace pacs::stream {

namespace {

constexpr std::size_t read_bytes = std::size_t{128} << 10U;

/// Waits until `fd` can be read; false when the stop flag was raised first.
bool wait_readable(int fd)
{
    std::array<pollfd, 2> watched{pollfd{fd, POLLIN, 0},
                                  pollfd{StopFlag::instance().fd(), POLLIN, 0}};
    while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
    }
    return watched[0].revents != 0 && watched[1].revents == 0;
}

}  // namespace

bool Input::fill()
{
    if (begin_ > 0) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() < end_ + read_bytes) {
        buffer_.resize(end_ + read_bytes);
    }
    if (!wait_readable(fd_)) {
        return false;
    }
    ssize_t count = 0;
    do {
        count = ::read(fd_, buffer_.data() + end_, read_bytes);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        throw Error(ErrorKind::storage, fmt::format("reading {}: {}", name_, std::strerror(errno)));
    }
    end_ += static_cast<std::size_t>(count);
    return count > 0;
}

std::span<const std::byte> Input::peek(std::size_t count)
{
    while (end_ - begin_ < count && fill()) {
    }
    return {buffer_.data() + begin_, std::min(count, end_ - begin_)};
}

std::span<const std::byte> Input::chunk()
{
    if (begin_ == end_) {
        fill();
    }
    return {buffer_.data() + begin_, end_ - begin_};
}

bool Input::read_line(Line& line, std::size_t limit_bytes)
{
    line = {};
    for (auto bytes = chunk(); !bytes.empty(); bytes = chunk()) {
        const auto* const newline =
            static_cast<const std::byte*>(std::memchr(bytes.data(), '\n', bytes.size()));
        const std::size_t length =
            newline == nullptr ? bytes.size() : static_cast<std::size_t>(newline - bytes.data());
        const std::size_t room = limit_bytes - line.text.size();
        line.text.append(reinterpret_cast<const char*>(bytes.data()), std::min(length, room));
        line.cut = line.cut || length > room;
        take(length + (newline == nullptr ? 0 : 1));
        line.last_open = newline == nullptr;
        if (newline != nullptr) {
            return true;
        }
    }
    return line.last_open;
}

}  // namespace pacs::stream
