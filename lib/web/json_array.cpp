#include "web/json_array.hpp"

#include <utility>

namespace pacs::web {

namespace {

bool is_space(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

void JsonArray::fail(net::PeerFault fault, const std::string& reason) const
{
    throw net::PeerError(fault, net::PeerStage::answer,
                         "reading the JSON of " + name_ + ": " + reason);
}

void JsonArray::feed(std::span<const std::byte> bytes)
{
    for (const std::byte byte : bytes) {
        const char c = static_cast<char>(byte);
        if (state_ == State::element) {
            within(c);
        } else if (!is_space(c)) {
            between_elements(c);
        }
    }
}

void JsonArray::between_elements(char c)
{
    const bool may_begin = state_ == State::first || state_ == State::next;
    const bool may_close = state_ == State::first || state_ == State::between;
    if (state_ == State::start && c == '[') {
        state_ = State::first;
    } else if (may_begin && c == '{') {
        state_ = State::element;
        depth_ = 0;
        defect_ = {};
        within(c);
    } else if (may_close && c == ']') {
        state_ = State::end;
    } else if (state_ == State::between && c == ',') {
        state_ = State::next;
    } else {
        fail(net::PeerFault::protocol_violation, "it is no array of objects");
    }
}

void JsonArray::within(char c)
{
    if (defect_.empty()) {
        text_ += c;
        if (text_.size() > limits_.bytes) {
            defect_ = "an answer longer than is taken";
            text_ = {};
        }
    }
    if (in_string_) {
        in_string_ = escaped_ || c != '"';
        escaped_ = !escaped_ && c == '\\';
        return;
    }
    switch (c) {
    case '"': in_string_ = true; break;
    case '{':
    case '[':
        if (++depth_ > limits_.depth && defect_.empty()) {
            defect_ = "an answer nested too deeply";
            text_ = {};
        }
        break;
    case '}':
    case ']':
        if (--depth_ == 0) {
            end_element();
        }
        break;
    default: break;
    }
}

void JsonArray::end_element()
{
    state_ = State::between;
    sink_(std::exchange(text_, {}), defect_);
}

void JsonArray::finish() const
{
    if (state_ != State::end && state_ != State::start) {
        fail(net::PeerFault::connection_lost, "it ends before its end");
    }
}

}  // namespace pacs::web
