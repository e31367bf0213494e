#include "net/pdu_reader.hpp"

#include <algorithm>
#include <cstring>

namespace pacs::net {

bool PduReader::fill(Deadline deadline)
{
    if (!buffer_) {
        // not initialised: pages that an idle peer never fills are never touched
        buffer_ = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
    }
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, buffered());
        end_ -= begin_;
        begin_ = 0;
    }
    const auto count = transport_.read({buffer_.get() + end_, buffer_bytes - end_}, deadline);
    end_ += count;
    return count > 0;
}

std::span<const std::byte> PduReader::need(std::size_t count, Deadline deadline)
{
    while (buffered() < count && fill(deadline)) {
    }
    return peek().first(std::min(count, buffered()));
}

void PduReader::consume(std::size_t count) noexcept
{
    begin_ += count;
    if (begin_ == end_) {
        begin_ = 0;
        end_ = 0;
    }
}

}  // namespace pacs::net
