#pragma once

#include "net/transport.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace pacs::net {

/// The receiving side of a Transport with one buffer: large reads, small takes, no copy.
class PduReader {
public:
    static constexpr std::size_t buffer_bytes = std::size_t{128} * 1024;

    explicit PduReader(Transport& transport) : transport_(transport) {}

    std::size_t buffered() const noexcept { return end_ - begin_; }
    /// What is buffered now, without reading.
    std::span<const std::byte> peek() const noexcept
    {
        return {buffer_.get() + begin_, buffered()};
    }
    /// Reads until at least `count` bytes (at most 64) are buffered and returns them; fewer when
    /// the peer closed first. Throws as Transport::read().
    std::span<const std::byte> need(std::size_t count, Deadline deadline);
    /// Lets go of the first `count` buffered bytes; spans handed out before end with it.
    void consume(std::size_t count) noexcept;

private:
    bool fill(Deadline deadline);

    Transport& transport_;
    std::unique_ptr<std::byte[]> buffer_;  // made at the first read
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace pacs::net
