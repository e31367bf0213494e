#include "dicom/fragments.hpp"

#include "base/error.hpp"
#include "dicom/element_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pacs::dicom {

namespace {

constexpr std::size_t item_header_bytes = 8;
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

[[noreturn]] void fail(const std::string& reason)
{
    throw Error(ErrorKind::data, "reading fragments: " + reason);
}

void read_exactly(const ReadAt& read_at, std::uint64_t offset, std::span<std::byte> bytes)
{
    if (read_at(offset, bytes) != bytes.size()) {
        fail("the object became shorter");
    }
}

std::uint64_t little_endian(std::string_view bytes) noexcept
{
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
        number = number << 8U | static_cast<unsigned char>(bytes[i - 1]);
    }
    return number;
}

}  // namespace

Fragments::Fragments(const ReadAt& read_at, std::uint64_t begin, std::uint64_t end)
    : read_at_(read_at)
{
    bool first = true;
    for (std::uint64_t at = begin; at + item_header_bytes <= end; first = false) {
        std::array<std::byte, item_header_bytes> header{};
        read_exactly(read_at_, at, header);
        const Fragment fragment{at + item_header_bytes, read_u32(header.data() + 4, false)};
        first ? static_cast<void>(table_ = fragment) : fragments_.push_back(fragment);
        at = fragment.offset + fragment.bytes;
    }
}

void Fragments::read_all(const std::function<void(std::span<const std::byte>)>& take) const
{
    std::vector<std::byte> buffer(piece_bytes);
    for (const Fragment& fragment : fragments_) {
        for (std::uint32_t done = 0; done < fragment.bytes;) {
            const auto part = std::span{buffer}.first(
                std::min<std::size_t>(buffer.size(), fragment.bytes - done));
            read_exactly(read_at_, fragment.offset + done, part);
            take(part);
            done += static_cast<std::uint32_t>(part.size());
        }
    }
}

void Fragments::divide_by(std::string_view table, std::size_t entry_bytes, std::uint64_t frames)
{
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < fragments_.size() && starts_.size() < frames; ++i) {
        if (offset == little_endian(table.substr(starts_.size() * entry_bytes, entry_bytes))) {
            starts_.push_back(i);
        }
        offset += item_header_bytes + fragments_[i].bytes;
    }
    if (starts_.size() != frames) {
        fail("the offset table does not point at fragments");
    }
}

// Without a table the codestreams themselves tell: each begins with a marker that no later fragment
// begins with, unless by chance; then their number is not that of the frames.
void Fragments::divide_by_marks()
{
    for (std::size_t i = 0; i < fragments_.size(); ++i) {
        std::array<std::byte, 4> start{};
        const auto bytes = std::span{start}.first(std::min<std::size_t>(4, fragments_[i].bytes));
        read_exactly(read_at_, fragments_[i].offset, bytes);
        constexpr std::array jpeg{std::byte{0xFF}, std::byte{0xD8}, std::byte{0xFF}};
        constexpr std::array jpeg_2000{std::byte{0xFF}, std::byte{0x4F}, std::byte{0xFF},
                                       std::byte{0x51}};
        if (std::equal(jpeg.begin(), jpeg.end(), start.begin()) || start == jpeg_2000) {
            starts_.push_back(i);
        }
    }
}

void Fragments::divide(std::uint64_t frames, std::string_view extended_offsets)
{
    starts_.clear();
    if (frames == 0 || frames > fragments_.size()) {
        fail(fmt::format("{} frames in {} fragments", frames, fragments_.size()));
    }
    if (frames == 1 || frames == fragments_.size()) {
        for (std::size_t i = 0; i < frames; ++i) {
            starts_.push_back(i);
        }
        return;
    }
    if (table_.bytes / 4 >= frames) {
        std::string table(table_.bytes, '\0');
        read_exactly(read_at_, table_.offset, std::as_writable_bytes(std::span{table}));
        divide_by(table, 4, frames);
    } else if (extended_offsets.size() / 8 >= frames) {
        divide_by(extended_offsets, 8, frames);
    } else {
        divide_by_marks();
    }
    if (starts_.size() != frames || starts_.front() != 0) {
        fail(fmt::format("{} frames in {} fragments without an offset table", frames,
                         fragments_.size()));
    }
}

std::string Fragments::frame(std::size_t index, std::uint64_t limit_bytes) const
{
    const std::size_t end = index + 1 < starts_.size() ? starts_[index + 1] : fragments_.size();
    std::string bytes;
    for (std::size_t i = starts_.at(index); i < end; ++i) {
        const std::size_t before = bytes.size();
        if (before + fragments_[i].bytes > limit_bytes) {
            fail(fmt::format("a frame of more than {} bytes", limit_bytes));
        }
        bytes.resize(before + fragments_[i].bytes);
        read_exactly(read_at_, fragments_[i].offset,
                     std::as_writable_bytes(std::span{bytes}).subspan(before));
    }
    return bytes;
}

}  // namespace pacs::dicom
