#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs {

/// Appends `text` to `out` as a JSON string with its quotes. Bytes that are not UTF-8 become
/// U+FFFD, control characters (C0, DEL and C1) are escaped, so that no line breaks and no terminal
/// obeys.
void append_json_string(std::string& out, std::string_view text);

/// What became of one item, the `outcome` of its record (pacs-records(5)).
enum class Outcome : std::uint8_t {
    ok,
    warning,  ///< done, and the peer had something to say
    failed,
    skipped,  ///< not needed: it was there already, or an earlier run did it
};
std::string_view to_string(Outcome outcome) noexcept;

/// Builds one line of NDJSON: an object whose first member is always "type" (pacs-records(5)).
class JsonLine {
public:
    explicit JsonLine(std::string_view type);
    /// With `outcome` as the second member.
    JsonLine(std::string_view type, Outcome outcome);

    JsonLine& add(std::string_view name, std::string_view text);
    JsonLine& add(std::string_view name, const char* text)
    {
        return add(name, std::string_view{text});
    }
    JsonLine& add(std::string_view name, const std::vector<std::string>& texts);
    JsonLine& add(std::string_view name, bool value);
    JsonLine& add(std::string_view name, double value);  ///< non-finite becomes null
    template <std::integral T>
    requires(!std::same_as<T, bool>) JsonLine& add(std::string_view name, T value)
    {
        return add_raw(name, std::to_string(value));
    }
    /// `json` must already be valid JSON on one line.
    JsonLine& add_raw(std::string_view name, std::string_view json);
    /// `,"name":value` for each of several members, made elsewhere; valid JSON on one line.
    JsonLine& add_members(std::string_view json);

    /// Makes room for so many bytes more.
    JsonLine& reserve(std::size_t bytes)
    {
        text_.reserve(text_.size() + bytes);
        return *this;
    }

    /// The finished line with its newline.
    std::string str() const { return text_ + "}\n"; }
    std::size_t size() const noexcept { return text_.size(); }  ///< bytes, about
    /// What the constructor was given.
    std::optional<Outcome> outcome() const noexcept { return outcome_; }

private:
    std::optional<Outcome> outcome_;
    std::string text_;
};

}  // namespace pacs
