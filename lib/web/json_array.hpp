#pragma once

#include "net/peer_error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace pacs::web {

/// Cuts a JSON array of objects that comes in pieces into its elements, in the memory of one of
/// them: an answer may hold 200,000. It only counts brackets and knows strings; whether an element
/// is valid is for its reader to say.
class JsonArray {
public:
    /// Caps of one element; a longer or deeper one is a defect, and is passed over.
    struct Limits {
        std::size_t bytes = std::size_t{16} << 20U;
        unsigned depth = 200;  ///< brackets of both kinds
    };
    /// Takes an element: its text, or, when it is beyond the limits, none and why.
    using Sink = std::function<void(std::string&& text, std::string_view defect)>;

    /// `name` is that of the answer, for messages.
    JsonArray(std::string name, Sink sink, const Limits& limits)
        : name_(std::move(name)), sink_(std::move(sink)), limits_(limits)
    {
    }

    /// Throws net::PeerError(protocol_violation) for anything but an array of objects. What the
    /// sink throws goes through.
    void feed(std::span<const std::byte> bytes);
    /// The text is over. An empty one is an array without elements. Throws
    /// net::PeerError(connection_lost) when the array is not closed.
    void finish() const;

private:
    enum class State : std::uint8_t { start, first, element, between, next, end };
    void between_elements(char c);
    void within(char c);
    void end_element();

    [[noreturn]] void fail(net::PeerFault fault, const std::string& reason) const;

    std::string name_;
    Sink sink_;
    Limits limits_;
    State state_ = State::start;
    std::string text_;
    std::string_view defect_;
    unsigned depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
};

}  // namespace pacs::web
