#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pacs::dicom {

/// Inflates a raw DEFLATE stream (RFC 1951, as PS3.5 A.5 wants it) that comes in pieces, with a cap
/// on what it may grow to. Memory: one window and one buffer, 96 KiB.
class Inflater {
public:
    enum class Status : std::uint8_t {
        more,        ///< the stream goes on
        end,         ///< the stream has ended; bytes behind it are ignored
        broken,      ///< not a DEFLATE stream
        over_limit,  ///< grew beyond `limit_bytes`
    };
    /// Takes inflated bytes; false stops.
    using Sink = std::function<bool(std::span<const std::byte>)>;

    /// Throws std::bad_alloc.
    explicit Inflater(std::uint64_t limit_bytes);
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Inflates `bytes` and hands the result to `sink` in pieces of at most 64 KiB. Any status but
    /// `more` is final. When the sink stops, the status is as it stood.
    Status feed(std::span<const std::byte> bytes, const Sink& sink);
    Status status() const noexcept;

private:
    struct Stream;
    std::unique_ptr<Stream> stream_;
};

/// The raw DEFLATE stream of `bytes`, padded to even length as PS3.5 A.5 says.
std::string deflate(std::string_view bytes);

}  // namespace pacs::dicom
