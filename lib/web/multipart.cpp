#include "web/multipart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <random>

namespace pacs::web {

namespace {

constexpr std::size_t most_header_bytes = std::size_t{16} << 10U;
constexpr std::size_t most_padding_bytes = 256;
constexpr std::size_t longest_boundary = 200;  // RFC 2046 5.1.1 has 70; some servers go beyond

std::string lower(std::string_view text)
{
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return out;
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_boundary(std::string_view text)
{
    return !text.empty() && text.size() <= longest_boundary && text.back() != ' ' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Takes a value, a token or a quoted string, from the front of `text`.
std::string take_value(std::string_view& text)
{
    std::string value;
    if (!text.starts_with('"')) {
        const auto end = std::min(text.find_first_of("; \t"), text.size());
        value = text.substr(0, end);
        text.remove_prefix(end);
        return value;
    }
    text.remove_prefix(1);
    while (!text.empty() && text.front() != '"') {
        if (text.front() == '\\' && text.size() > 1) {
            text.remove_prefix(1);
        }
        value += text.front();
        text.remove_prefix(1);
    }
    text.remove_prefix(text.empty() ? 0 : 1);
    return value;
}

}  // namespace

std::optional<std::string> boundary_of(std::string_view content_type)
{
    const auto semicolon = std::min(content_type.find(';'), content_type.size());
    if (!lower(trimmed(content_type.substr(0, semicolon))).starts_with("multipart/")) {
        return std::nullopt;
    }
    std::string_view rest = content_type.substr(semicolon);
    while (!rest.empty()) {
        rest.remove_prefix(std::min(rest.find_first_not_of("; \t"), rest.size()));
        const auto equals = rest.find('=');
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string name = lower(trimmed(rest.substr(0, equals)));
        rest.remove_prefix(equals + 1);
        std::string value = take_value(rest);
        if (name == "boundary") {
            return is_boundary(value) ? std::optional{std::move(value)} : std::nullopt;
        }
        rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    }
    return std::nullopt;
}

std::string_view PartHeaders::get(std::string_view name) const noexcept
{
    const auto found = std::find_if(lines.begin(), lines.end(),
                                    [name](const auto& line) { return line.first == name; });
    return found == lines.end() ? std::string_view{} : std::string_view{found->second};
}

MultipartReader::MultipartReader(std::string name, std::string_view boundary, Handler handler)
    : name_(std::move(name)), needle_("\n--" + std::string{boundary}), handler_(std::move(handler))
{
}

void MultipartReader::fail(net::PeerFault fault, const std::string& reason) const
{
    throw net::PeerError(fault, net::PeerStage::answer,
                         "reading the parts of " + name_ + ": " + reason);
}

void MultipartReader::feed(std::span<const std::byte> bytes)
{
    if (state_ == State::epilogue) {
        return;
    }
    buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    while (step()) {
    }
    buffer_.erase(0, used_);
    used_ = 0;
}

bool MultipartReader::step()
{
    switch (state_) {
    case State::preamble:
    case State::body: return read_until_delimiter();
    case State::delimiter: return read_delimiter_end();
    case State::headers: return read_headers();
    case State::body_start: return read_body_start();
    case State::epilogue: used_ = buffer_.size(); return false;
    }
    return false;
}

/// Gives out the next bytes of the part; those of a preamble are nobody's.
void MultipartReader::emit(std::size_t count)
{
    if (state_ == State::body && count > 0) {
        handler_.data(std::as_bytes(std::span{buffer_}.subspan(used_, count)));
    }
    used_ += count;
}

bool MultipartReader::read_until_delimiter()
{
    const auto found = buffer_.find(needle_, used_);
    if (found == std::string::npos) {
        // all but what may be the beginning of a boundary, with the CR before it
        const std::size_t kept = std::min(buffer_.size() - used_, needle_.size());
        emit(buffer_.size() - used_ - kept);
        return false;
    }
    const bool with_cr = found > used_ && buffer_[found - 1] == '\r' && crlf_;
    emit(found - used_ - (with_cr && state_ == State::body ? 1 : 0));
    used_ = found + needle_.size();
    if (state_ == State::body) {
        end_part();
    }
    state_ = State::delimiter;
    return true;
}

bool MultipartReader::read_delimiter_end()
{
    const std::string_view rest = std::string_view{buffer_}.substr(used_);
    if (rest.starts_with("--")) {
        state_ = State::epilogue;
        return true;
    }
    const auto newline = rest.find('\n');
    const auto text = rest.substr(0, newline);
    const bool blank =
        text.find_first_not_of(" \t\r", text.starts_with('-') ? 1 : 0) == std::string_view::npos;
    if (!blank || text.size() > most_padding_bytes) {
        fail(net::PeerFault::protocol_violation, "a boundary is not alone on its line");
    }
    if (newline == std::string_view::npos) {
        return false;
    }
    if (text.starts_with('-')) {
        fail(net::PeerFault::protocol_violation, "a boundary is not alone on its line");
    }
    crlf_ = text.ends_with('\r');
    used_ += newline + 1;
    state_ = State::headers;
    return true;
}

bool MultipartReader::read_headers()
{
    PartHeaders headers;
    std::size_t at = used_;
    for (;;) {
        const auto newline = buffer_.find('\n', at);
        if ((newline == std::string::npos ? buffer_.size() : newline) - used_ > most_header_bytes) {
            fail(net::PeerFault::protocol_violation, "the headers of a part are too long");
        }
        if (newline == std::string::npos) {
            return false;  // they are read again when more is there; they are short
        }
        std::string_view line = std::string_view{buffer_}.substr(at, newline - at);
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        at = newline + 1;
        if (line.empty()) {
            break;
        }
        if ((line.front() == ' ' || line.front() == '\t') && !headers.lines.empty()) {
            headers.lines.back().second += " " + std::string{trimmed(line)};
        } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
            headers.lines.emplace_back(lower(trimmed(line.substr(0, colon))),
                                       trimmed(line.substr(colon + 1)));
        }
    }
    used_ = at;
    state_ = State::body_start;
    handler_.begin(headers);
    return true;
}

/// A part without bytes may end with its headers: its boundary has no line end of its own then.
bool MultipartReader::read_body_start()
{
    const std::string_view delimiter = std::string_view{needle_}.substr(1);
    const std::string_view rest = std::string_view{buffer_}.substr(used_, delimiter.size());
    if (rest.size() < delimiter.size() && delimiter.starts_with(rest)) {
        return false;
    }
    state_ = State::body;
    if (rest == delimiter) {
        used_ += delimiter.size();
        end_part();
    }
    return true;
}

void MultipartReader::end_part()
{
    ++parts_;
    state_ = State::delimiter;
    handler_.end();
}

void MultipartReader::finish() const
{
    if (state_ != State::epilogue) {
        fail(net::PeerFault::connection_lost,
             state_ == State::preamble ? "it has no part" : "it ends before its last boundary");
    }
}

std::string make_boundary()
{
    std::random_device random;
    return fmt::format("pacs-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

}  // namespace pacs::web
