#include "base/json_line.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

namespace pacs {

namespace {

/// ASCII that stands for itself inside a JSON string.
constexpr std::array<bool, 256> plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0x20; c < 0x7F; ++c) {
        table[c] = c != '"' && c != '\\';
    }
    return table;
}();

void append_escape(std::string& out, unsigned code)
{
    switch (code) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
    }
}

/// Appends the one character at `at`, which is not plain; returns the bytes it had.
std::size_t append_special(std::string& out, std::string_view text, std::size_t at)
{
    const std::size_t length = utf8_length(text, at);
    const unsigned first = static_cast<unsigned char>(text[at]);
    if (length == 0) {
        out += "\xEF\xBF\xBD";
        return 1;
    }
    if (length == 1) {
        append_escape(out, first);
    } else if (is_control(text, at, length)) {
        append_escape(out, static_cast<unsigned char>(text[at + 1]));  // C2 80 is U+0080
    } else {
        out.append(text, at, length);
    }
    return length;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text)
{
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && plain[static_cast<unsigned char>(text[end])]) {
            ++end;
        }
        out.append(text, at, end - at);
        at = end;
        if (at < text.size()) {
            at += append_special(out, text, at);
        }
    }
    out += '"';
}

std::string_view to_string(Outcome outcome) noexcept
{
    switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::warning: return "warning";
    case Outcome::failed: return "failed";
    case Outcome::skipped: return "skipped";
    }
    return "failed";
}

JsonLine::JsonLine(std::string_view type) : text_("{\"type\":")
{
    append_json_string(text_, type);
}

JsonLine::JsonLine(std::string_view type, Outcome outcome) : JsonLine(type)
{
    outcome_ = outcome;
    add("outcome", to_string(outcome));
}

JsonLine& JsonLine::add(std::string_view name, std::string_view text)
{
    add_raw(name, {});
    append_json_string(text_, text);
    return *this;
}

JsonLine& JsonLine::add(std::string_view name, const std::vector<std::string>& texts)
{
    add_raw(name, "[");
    for (const std::string& text : texts) {
        if (text_.back() != '[') {
            text_ += ',';
        }
        append_json_string(text_, text);
    }
    text_ += ']';
    return *this;
}

JsonLine& JsonLine::add(std::string_view name, bool value)
{
    return add_raw(name, value ? "true" : "false");
}

JsonLine& JsonLine::add(std::string_view name, double value)
{
    return add_raw(name, std::isfinite(value) ? fmt::format("{}", value) : "null");
}

JsonLine& JsonLine::add_raw(std::string_view name, std::string_view json)
{
    text_ += ',';
    append_json_string(text_, name);
    text_ += ':';
    text_ += json;
    return *this;
}

JsonLine& JsonLine::add_members(std::string_view json)
{
    text_ += json;
    return *this;
}

}  // namespace pacs
