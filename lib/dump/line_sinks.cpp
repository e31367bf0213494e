// The sinks that make lines for people.

#include "base/utf8.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/json_value.hpp"
#include "dump/sinks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace pacs::dump {

namespace {

/// What a table shows of a value, in bytes.
constexpr std::size_t shown_in_table = 100;

/// Appends text with all that could steer a terminal or break the line written out.
void append_printable(std::string& out, std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text, at);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (!is_control(text, at, length)) {
            out += text.substr(at, length);
        } else if (text[at] == '\n') {
            out += "\\n";
        } else if (text[at] == '\r') {
            out += "\\r";
        } else if (text[at] == '\t') {
            out += "\\t";
        } else {
            const auto code = static_cast<unsigned char>(text[at + length - 1]);
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
        }
        at += std::max<std::size_t>(length, 1);
    }
}

/// An element's values as one text, parted by backslashes; bytes as hex digits.
std::string shown(const dicom::Element& element, const dicom::CharacterSet& charset, bool& exact)
{
    std::string out;
    if (dicom::has_bulk_vr(element.vr)) {
        for (const char c : element.value) {
            fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
        }
        return out;
    }
    const dicom::Texts texts = dicom::texts_of(element, charset);
    exact = texts.exact;
    for (const std::string& value : texts.values) {
        out += &value == &texts.values.front() ? "" : "\\";
        append_printable(out, value);
    }
    return out;
}

std::string shown(const ByteRange& range)
{
    return range.in_file ? fmt::format("({} bytes at {})", range.length, range.offset)
                         : fmt::format("({} bytes)", range.length);
}

}  // namespace

PathSink::PathSink(std::string_view prefix, bool show_empty) : show_empty_(show_empty)
{
    append_printable(prefix_, prefix);
}

void PathSink::line(const std::string& path, std::string_view value)
{
    text_ += prefix_;
    text_ += path;
    text_ += value.empty() ? " =" : " = ";
    text_ += value;
    text_ += '\n';
}

void PathSink::element(dicom::Element&& element, const dicom::CharacterSet& charset)
{
    bool exact = true;
    line(path_of(element.tag), shown(element, charset, exact));
    if (!exact) {
        note_undecoded(element.tag);
    }
}

void PathSink::reference(dicom::Tag tag, dicom::Vr /*vr*/, const ByteRange& range)
{
    line(path_of(tag), shown(range));
}

void PathSink::begin_item()
{
    NamingSink::begin_item();
    items_at_.push_back(text_.size());
}

void PathSink::end_item()
{
    if (show_empty_ && items_at_.back() == text_.size()) {
        line(path_of_open(true), "(empty)");
    }
    items_at_.pop_back();
}

void PathSink::end_sequence()
{
    if (show_empty_ && items() == 0) {
        line(path_of_open(false), "(no items)");
    }
    NamingSink::end_sequence();
}

void TableSink::row(dicom::Tag tag, dicom::Vr vr, std::optional<std::uint64_t> size,
                    std::string_view value)
{
    const std::size_t end = utf8_cut(value, shown_in_table);
    JsonLine line{"element"};
    line.add("tag", tag.formatted()).add("vr", dicom::to_string(vr));
    if (size) {
        line.add("size", *size);
    }
    const std::string path = path_of(tag);
    line.add("name", path);
    line.add("value", std::string{value.substr(0, end)} + (end < value.size() ? "..." : ""));
    rows_.push_back(std::move(line));
    written_ += path.size() + end + 64;
}

void TableSink::element(dicom::Element&& element, const dicom::CharacterSet& charset)
{
    bool exact = true;
    const std::uint64_t size = element.value.size();
    row(element.tag, element.vr, size, shown(element, charset, exact));
    if (!exact) {
        note_undecoded(element.tag);
    }
}

void TableSink::reference(dicom::Tag tag, dicom::Vr vr, const ByteRange& range)
{
    row(tag, vr, range.length, shown(range));
}

void TableSink::begin_sequence(dicom::Tag tag)
{
    row(tag, dicom::Vr::SQ, std::nullopt, "");
    NamingSink::begin_sequence(tag);
}

}  // namespace pacs::dump
