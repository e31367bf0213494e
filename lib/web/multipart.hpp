#pragma once

#include "net/peer_error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pacs::web {

/// The boundary that a Content-Type of multipart/* names, RFC 2046 5.1.1; nullopt when it is
/// another type, or names none that there can be.
std::optional<std::string> boundary_of(std::string_view content_type);

/// The lines of a part, in their order; names in lower case, folded lines joined.
struct PartHeaders {
    std::vector<std::pair<std::string, std::string>> lines;

    /// The first value of that name; empty when there is none.
    std::string_view get(std::string_view name) const noexcept;
};

/// Reads a multipart body that comes in pieces of any size, RFC 2046 5.1, in constant memory: the
/// bytes of a part go out as they come. Lines end in CRLF, or in LF alone when the first boundary
/// does. What is before the first and after the last boundary is passed over.
class MultipartReader {
public:
    struct Handler {
        std::function<void(const PartHeaders&)> begin;
        std::function<void(std::span<const std::byte>)> data;
        std::function<void()> end;  ///< the part is whole
    };
    /// `boundary` without the dashes before it; `name` is that of the answer, for messages.
    MultipartReader(std::string name, std::string_view boundary, Handler handler);

    /// Throws net::PeerError(protocol_violation) for headers longer than 16 KiB, and for anything
    /// but an end of line behind a boundary. What the handler throws goes through.
    void feed(std::span<const std::byte> bytes);
    /// The body is over. Throws net::PeerError(connection_lost) when the last boundary has not
    /// come.
    void finish() const;
    /// Parts that came whole.
    std::size_t parts() const noexcept { return parts_; }

private:
    enum class State : std::uint8_t { preamble, delimiter, headers, body_start, body, epilogue };
    bool step();
    bool read_until_delimiter();
    bool read_delimiter_end();
    bool read_headers();
    bool read_body_start();
    void end_part();
    void emit(std::size_t count);

    [[noreturn]] void fail(net::PeerFault fault, const std::string& reason) const;

    std::string name_;
    std::string needle_;  ///< "\n--boundary"
    Handler handler_;
    std::string buffer_ = "\n";  ///< the first boundary may stand at the very beginning
    std::size_t used_ = 0;       ///< of the buffer
    State state_ = State::preamble;
    bool crlf_ = true;
    std::size_t parts_ = 0;
};

/// A boundary that is in no body: 128 random bits.
std::string make_boundary();

}  // namespace pacs::web
