#include "stream/record.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <optional>

namespace pacs::stream {

namespace {

Record malformed(std::string reason)
{
    Record record;
    record.text = std::move(reason);
    return record;
}

std::string_view trimmed(std::string_view text) noexcept
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, last - first + 1);
}

/// JSON allows DEL and C1 raw inside strings; a terminal obeys them.
std::string without_controls(std::string_view json)
{
    std::string out;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const unsigned char first = static_cast<unsigned char>(json[at]);
        const unsigned char next =
            at + 1 < json.size() ? static_cast<unsigned char>(json[at + 1]) : 0;
        if (first == 0x7F) {
            out += "\\u007f";
        } else if (first == 0xC2 && next >= 0x80 && next < 0xA0) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", next);
            ++at;
        } else {
            out += json[at];
        }
    }
    return out;
}

/// Cuts the text of a JSON object, already known to be valid, into the texts of its values.
class Slicer {
public:
    explicit Slicer(std::string_view json) : json_(json), at_(json.find('{') + 1) {}

    std::string_view next_value() noexcept
    {
        skip_string(json_.find('"', at_));  // the name
        at_ = json_.find(':', at_) + 1;
        const std::size_t begin = at_;
        for (int depth = 0; at_ < json_.size(); ++at_) {
            const char c = json_[at_];
            if (c == '"') {
                skip_string(at_);
                --at_;
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if ((c == '}' || c == ']' || c == ',') && depth == 0) {
                break;
            } else if (c == '}' || c == ']') {
                --depth;
            }
        }
        const std::string_view value = trimmed(json_.substr(begin, at_ - begin));
        ++at_;
        return value;
    }

private:
    void skip_string(std::size_t quote) noexcept
    {
        for (at_ = quote + 1; at_ < json_.size() && json_[at_] != '"'; ++at_) {
            at_ += json_[at_] == '\\' ? 1 : 0;
        }
        ++at_;
    }

    std::string_view json_;
    std::size_t at_;
};

/// The first text in a value: itself, the first of a list, or that of DICOM JSON's "Value".
std::optional<std::string> first_text(simdjson::dom::element value)
{
    if (value.is_array()) {
        const simdjson::dom::array list{value};
        return list.begin() == list.end() ? std::nullopt : first_text(*list.begin());
    }
    if (value.is_object()) {
        simdjson::dom::element inner;
        return value["Value"].get(inner) == simdjson::SUCCESS ? first_text(inner) : std::nullopt;
    }
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::optional<std::string>{text} : std::nullopt;
}

}  // namespace

struct RecordReader::Parser {
    simdjson::dom::parser dom;
};

RecordReader::RecordReader(const RecordLimits& limits)
    : limits_(limits), parser_(std::make_unique<Parser>())
{
}
RecordReader::~RecordReader() = default;

Record RecordReader::parse(std::string_view line)
{
    line = trimmed(line);
    Record record;
    if (line.size() > limits_.line_bytes) {
        return malformed(fmt::format("a line of more than {} bytes", limits_.line_bytes));
    }
    if (!line.starts_with('{') && !line.starts_with('[')) {
        record.kind = dicom::is_valid_uid(line) ? Record::Kind::uid : Record::Kind::path;
        record.text = line;
        return record;
    }
    auto& dom = parser_->dom;
    if (dom.capacity() < line.size() &&
        dom.allocate(std::max<std::size_t>(std::bit_ceil(line.size()), 4096), limits_.depth) !=
            simdjson::SUCCESS) {
        return malformed("out of memory");
    }
    simdjson::dom::object object;
    if (const auto error = dom.parse(line.data(), line.size()).get(object)) {
        return malformed(simdjson::error_message(error));
    }
    Slicer slicer{line};
    for (const auto& [name, value] : object) {
        record.members.push_back({std::string{name}, without_controls(slicer.next_value())});
    }
    record.kind = Record::Kind::object;
    return record;
}

std::string Record::get(std::string_view name) const
{
    std::string tag;
    if (const auto entry = dicom::find_keyword(name)) {
        tag = entry->tag.hex();
    }
    for (const Member& member : members) {
        if (member.name == name || (!tag.empty() && member.name == tag)) {
            const std::string_view json{member.json};
            if (json.starts_with('"') && json.find('\\') == std::string_view::npos) {
                return std::string{json.substr(1, json.size() - 2)};
            }
            simdjson::dom::parser parser;
            simdjson::dom::element value;
            return parser.parse(member.json).get(value) == simdjson::SUCCESS
                       ? first_text(value).value_or("")
                       : "";
        }
    }
    return {};
}

}  // namespace pacs::stream
