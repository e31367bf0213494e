#include "cli/table.hpp"

#include "base/log.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <limits>

namespace pacs::cli {

namespace {

/// Reads what JsonLine wrote; nothing else, so it can trust the shape.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool take(char c)
    {
        const bool there = at_ < text_.size() && text_[at_] == c;
        at_ += there ? 1 : 0;
        return there;
    }

    std::string string()
    {
        std::string out;
        take('"');
        while (at_ < text_.size() && text_[at_] != '"') {
            // "\u001b" and "\n" stay escaped: they would steer the terminal
            const bool escape = text_[at_] == '\\' && at_ + 1 < text_.size();
            if (escape && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) {
                ++at_;
            }
            out += text_[at_++];
        }
        take('"');
        return out;
    }

    std::string value()
    {
        if (at_ < text_.size() && text_[at_] == '"') {
            return string();
        }
        return at_ < text_.size() && text_[at_] == '[' ? list() : raw();
    }

private:
    std::string list()
    {
        const std::size_t start = at_;
        std::string out;
        take('[');
        while (at_ < text_.size() && !take(']')) {
            if (text_[at_] != '"') {  // not a list of strings: as it stands
                at_ = start;
                return raw();
            }
            out += (out.empty() ? "" : ",") + string();
            take(',');
        }
        return out;
    }

    /// A number, a word, an object or a list: up to the comma or brace that ends it.
    std::string raw()
    {
        const std::size_t start = at_;
        int depth = 0;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                string();
                continue;
            }
            if (depth == 0 && (c == ',' || c == '}')) {
                break;
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            ++at_;
        }
        return std::string{text_.substr(start, at_ - start)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::size_t characters(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
        at += std::max<std::size_t>(utf8_length(text, at), 1);
    }
    return count;
}

std::string padded(const std::string& text, const Column& column, bool last)
{
    const std::size_t width = characters(text);
    const std::string space(column.width > width ? column.width - width : 0, ' ');
    if (column.right) {
        return space + text;
    }
    return last ? text : text + space;
}

const std::string* find(const std::vector<Member>& members, const std::string& name)
{
    for (const Member& member : members) {
        if (member.name == name) {
            return &member.text;
        }
    }
    return nullptr;
}

/// "summary: ok 3, failed 1"
std::string words(const std::vector<Member>& members)
{
    std::string out;
    for (const Member& member : members) {
        if (out.empty()) {
            out = member.text + ":";
            continue;
        }
        out += (out.back() == ':' ? " " : ", ") + member.name + " " + member.text;
    }
    return out + "\n";
}

}  // namespace

std::vector<Member> members_of(std::string_view json_line)
{
    std::vector<Member> members;
    Reader reader{json_line};
    for (bool more = reader.take('{'); more; more = reader.take(',')) {
        Member member;
        member.name = reader.string();
        reader.take(':');
        member.text = reader.value();
        members.push_back(std::move(member));
    }
    return members;
}

std::string Table::rows(std::string_view json_line)
{
    const std::vector<Member> members = members_of(json_line);
    const auto known = std::count_if(columns_.begin(), columns_.end(), [&](const Column& column) {
        return find(members, column.member) != nullptr;
    });
    const auto needed = std::min<std::size_t>(2, columns_.size());
    if (static_cast<std::size_t>(known) < std::max<std::size_t>(needed, 1) ||
        members.front().text == "summary") {
        return words(members);
    }
    std::string heading;
    std::string row;
    for (const Column& column : columns_) {
        const bool last = &column == &columns_.back();
        const std::string* const text = find(members, column.member);
        heading += (heading.empty() ? "" : "  ") + padded(column.heading, column, last);
        row += (row.empty() ? "" : "  ") + padded(text == nullptr ? "-" : *text, column, last);
    }
    const bool first = !std::exchange(headed_, true);
    return (first ? heading + "\n" : "") + row + "\n";
}

}  // namespace pacs::cli
