#include "dump/json_objects.hpp"

#include "base/stop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace pacs::dump {

namespace {

constexpr std::string_view space = " \t\r\n";
constexpr std::string_view between = " \t\r\n,[]";

std::string_view text_of(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

JsonObjects::JsonObjects(stream::Input& input, const JsonObjectLimits& limits)
    : input_(input), limits_(limits)
{
}

/// Passes over what may be between objects; false at the end.
bool JsonObjects::skip_to_object()
{
    for (auto bytes = input_.chunk(); !bytes.empty(); bytes = input_.chunk()) {
        const auto found = text_of(bytes).find_first_not_of(between);
        input_.take(std::min(found, bytes.size()));
        if (found != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

JsonText JsonObjects::stray_line()
{
    JsonText stray;
    stray.number = number_;
    stray.defect = "neither a JSON object nor a list of them";
    ended_ = number_ == 1;
    for (auto bytes = input_.chunk(); !bytes.empty(); bytes = input_.chunk()) {
        const auto end = text_of(bytes).find('\n');
        input_.take(std::min(end, bytes.size()));
        if (end != std::string_view::npos) {
            break;
        }
    }
    return stray;
}

JsonObjects::Byte JsonObjects::take(char c)
{
    if (in_string_) {
        in_string_ = escaped_ || c != '"';
        escaped_ = !escaped_ && c == '\\';
        return Byte::inside;
    }
    if (space.find(c) != std::string_view::npos) {
        return Byte::inside;
    }
    const char before = std::exchange(before_, c);
    switch (c) {
    case '"': in_string_ = true; break;
    case '{':
        if (before == '}' || before == ']' || before == '"') {
            return Byte::starts_another;
        }
        [[fallthrough]];
    case '[': ++depth_; break;
    case '}':
    case ']': --depth_; return depth_ == 0 ? Byte::ends_object : Byte::inside;
    default: break;
    }
    return Byte::inside;
}

std::optional<JsonText> JsonObjects::next()
{
    if (ended_ || !skip_to_object()) {
        return std::nullopt;
    }
    ++number_;
    if (text_of(input_.chunk()).front() != '{') {
        return stray_line();
    }
    JsonText object;
    object.number = number_;
    depth_ = 0;
    in_string_ = escaped_ = false;
    before_ = 0;
    for (auto bytes = input_.chunk(); !bytes.empty(); bytes = input_.chunk()) {
        const std::string_view text = text_of(bytes);
        std::size_t used = 0;
        Byte last = Byte::inside;
        while (used < text.size() && last == Byte::inside) {
            last = take(text[used++]);
            if (depth_ > limits_.depth && object.defect.empty()) {
                object.defect = fmt::format("nested deeper than {} brackets", limits_.depth);
            }
        }
        if (last == Byte::starts_another) {
            input_.take(used - 1);
            object.text = {};
            object.defect =
                object.defect.empty() ? "not closed before the next one begins" : object.defect;
            return object;
        }
        if (object.defect.empty() && object.text.size() + used > limits_.bytes) {
            object.defect = fmt::format("longer than {} bytes", limits_.bytes);
        }
        object.defect.empty() ? object.text.append(text.substr(0, used)) : object.text = {};
        input_.take(used);
        if (last == Byte::ends_object) {
            return object;
        }
    }
    if (StopFlag::instance().raised()) {
        return std::nullopt;  // we cut it off
    }
    object.text = {};
    object.defect = object.defect.empty() ? "cut off before its end" : object.defect;
    return object;
}

}  // namespace pacs::dump
