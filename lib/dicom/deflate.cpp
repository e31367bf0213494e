#include "dicom/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace pacs::dicom {

namespace {

constexpr int raw_deflate = -MAX_WBITS;
constexpr std::size_t buffer_bytes = 64U << 10U;

// zlib counts in unsigned int and wants a pointer to mutable bytes it never changes.
std::size_t set_input(z_stream& stream, std::span<const std::byte> bytes)
{
    const auto count = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // NOLINT
    stream.avail_in = static_cast<uInt>(count);
    return count;
}

}  // namespace

struct Inflater::Stream {
    explicit Stream(std::uint64_t limit) : left(limit)
    {
        if (inflateInit2(&z, raw_deflate) != Z_OK) {
            throw std::bad_alloc{};
        }
    }
    ~Stream() { inflateEnd(&z); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    z_stream z{};
    std::uint64_t left;
    Status status = Status::more;
    std::array<std::byte, buffer_bytes> buffer{};

    // One call of inflate(); false when there is nothing to go on with.
    bool step(const Sink& sink)
    {
        z.next_out = reinterpret_cast<Bytef*>(buffer.data());
        z.avail_out = static_cast<uInt>(buffer.size());
        const int result = inflate(&z, Z_NO_FLUSH);
        const std::size_t made = buffer.size() - z.avail_out;
        if (made > left) {
            status = Status::over_limit;
            return false;
        }
        left -= made;
        if (result == Z_STREAM_END) {
            status = Status::end;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            status = Status::broken;
        }
        const bool goes_on = made == 0 || sink(std::span{buffer}.first(made));
        return goes_on && status == Status::more && (z.avail_in > 0 || z.avail_out == 0);
    }
};

Inflater::Inflater(std::uint64_t limit_bytes) : stream_(std::make_unique<Stream>(limit_bytes)) {}

Inflater::~Inflater() = default;

Inflater::Status Inflater::feed(std::span<const std::byte> bytes, const Sink& sink)
{
    while (!bytes.empty() && stream_->status == Status::more) {
        bytes = bytes.subspan(set_input(stream_->z, bytes));
        while (stream_->step(sink)) {
        }
        if (stream_->z.avail_in > 0) {
            break;  // the sink has enough
        }
    }
    return stream_->status;
}

Inflater::Status Inflater::status() const noexcept
{
    return stream_->status;
}

std::string deflate(std::string_view bytes)
{
    z_stream z{};
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw_deflate, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        throw std::bad_alloc{};
    }
    std::string result;
    std::array<char, buffer_bytes> buffer{};
    auto rest = std::as_bytes(std::span{bytes});
    do {
        rest = rest.subspan(set_input(z, rest));
        do {
            z.next_out = reinterpret_cast<Bytef*>(buffer.data());
            z.avail_out = static_cast<uInt>(buffer.size());
            ::deflate(&z, rest.empty() ? Z_FINISH : Z_NO_FLUSH);
            result.append(buffer.data(), buffer.size() - z.avail_out);
        } while (z.avail_out == 0);
    } while (!rest.empty());
    deflateEnd(&z);
    if (result.size() % 2 != 0) {
        result += '\0';
    }
    return result;
}

}  // namespace pacs::dicom
