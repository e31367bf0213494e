#include "web/head_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <string>
#include <utility>

namespace pacs::web {

namespace {

constexpr std::size_t most_line_bytes = 2048;
constexpr std::size_t most_version_bytes = 16;
constexpr std::size_t most_warnings = 20;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool same_word(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

}  // namespace

HeadReader::State HeadReader::take(std::string_view line)
{
    bytes_ += line.size();
    if (bytes_ > most_bytes) {
        return State::too_long;
    }
    if (line.starts_with("HTTP/")) {
        head_ = {};
        head_.version = line.substr(0, std::min(line.find(' '), most_version_bytes));
        return State::begun;
    }
    if (trimmed(line).empty()) {
        return State::ended;
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && line.size() <= most_line_bytes) {
        take_field(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
    return State::begun;
}

void HeadReader::take_field(std::string_view name, std::string_view value)
{
    const std::array<std::pair<std::string_view, std::string*>, 5> kept{{
        {"content-type", &head_.content_type},
        {"location", &head_.location},
        {"server", &head_.server},
        {"allow", &head_.allow},
        {"www-authenticate", &head_.authenticate},
    }};
    for (const auto& [known, where] : kept) {
        if (same_word(name, known)) {
            *where = value;
        }
    }
    if (same_word(name, "warning") && head_.warnings.size() < most_warnings) {
        head_.warnings.emplace_back(value);
    } else if (same_word(name, "retry-after")) {
        head_.retry_after = parse_retry_after(value, std::chrono::system_clock::now());
    }
}

}  // namespace pacs::web
