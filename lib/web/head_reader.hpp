#pragma once

#include "web/http.hpp"

#include <cstddef>
#include <string_view>

namespace pacs::web {

/// Reads the head of an HTTP answer line by line (RFC 9112 4 and 5), and keeps what Head has of it.
/// After an interim answer (1xx) it begins anew. All text is foreign: lines that are no header, and
/// headers over 2048 bytes, are passed over.
class HeadReader {
public:
    static constexpr std::size_t most_bytes = std::size_t{256} << 10U;  ///< of all heads together

    enum class State : std::uint8_t {
        begun,
        ended,     ///< the empty line came: head() is whole, but for its status
        too_long,  ///< more than most_bytes came; head() says nothing
    };

    /// Takes a line with its end.
    State take(std::string_view line);
    /// Its status is not read here.
    const Head& head() const noexcept { return head_; }

private:
    void take_field(std::string_view name, std::string_view value);

    Head head_;
    std::size_t bytes_ = 0;
};

}  // namespace pacs::web
