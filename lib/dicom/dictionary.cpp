#include "dicom/dictionary.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <iterator>

namespace pacs::dicom {

namespace {

// Text in place instead of pointers: nothing to relocate when the program starts.
struct Row {
    std::uint32_t tag;
    Vr vr;
    bool retired;
    char vm[8];
    char keyword[64];
};
struct RepeatingRow {
    std::uint32_t tag;
    std::uint32_t mask;
    Vr vr;
    bool retired;
    char vm[8];
    char keyword[64];
};

constexpr Row rows[] = {
#include "dicom/tables/dictionary.inc"
};
constexpr RepeatingRow repeating_rows[] = {
#include "dicom/tables/dictionary_repeating.inc"
};
// Indices into rows followed by repeating_rows.
constexpr std::uint16_t by_keyword[] = {
#include "dicom/tables/dictionary_by_keyword.inc"
};

// The search touches these 21 KB, not the rows.
constexpr auto row_tags = [] {
    std::array<std::uint32_t, std::size(rows)> result{};
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = rows[i].tag;
    }
    return result;
}();

template <typename AnyRow>
DictionaryEntry entry_of(const AnyRow& row, Tag tag) noexcept
{
    return {tag, row.keyword, row.vr, row.vm, row.retired};
}

DictionaryEntry entry_at(std::size_t index) noexcept
{
    if (index < std::size(rows)) {
        return entry_of(rows[index], Tag{rows[index].tag});
    }
    const RepeatingRow& row = repeating_rows[index - std::size(rows)];
    return entry_of(row, Tag{row.tag});
}

std::string_view keyword_at(std::size_t index) noexcept
{
    return index < std::size(rows) ? rows[index].keyword
                                   : repeating_rows[index - std::size(rows)].keyword;
}

const Row* find_row(Tag tag) noexcept
{
    const auto* const found = std::lower_bound(row_tags.begin(), row_tags.end(), tag.value);
    return found != row_tags.end() && *found == tag.value ? &rows[found - row_tags.begin()]
                                                          : nullptr;
}

const RepeatingRow* find_repeating(Tag tag) noexcept
{
    if (tag.is_private()) {
        return nullptr;
    }
    const auto* const found =
        std::find_if(std::begin(repeating_rows), std::end(repeating_rows),
                     [&](const RepeatingRow& row) { return (tag.value & row.mask) == row.tag; });
    return found == std::end(repeating_rows) ? nullptr : found;
}

bool begins_with(std::string_view keyword, std::string_view beginning) noexcept
{
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return keyword.size() >= beginning.size() &&
           std::equal(beginning.begin(), beginning.end(), keyword.begin(),
                      [&](char a, char b) { return lower(a) == lower(b); });
}

std::optional<Tag> parse_hex(std::string_view digits) noexcept
{
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 8 || error != std::errc{} || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return Tag{value};
}

}  // namespace

std::optional<DictionaryEntry> find_tag(Tag tag) noexcept
{
    if (const Row* row = find_row(tag)) {
        return entry_of(*row, tag);
    }
    if (const RepeatingRow* row = find_repeating(tag)) {
        return entry_of(*row, tag);
    }
    return std::nullopt;
}

std::optional<DictionaryEntry> find_keyword(std::string_view keyword) noexcept
{
    const auto* const found = std::lower_bound(
        std::begin(by_keyword), std::end(by_keyword), keyword,
        [](std::uint16_t index, std::string_view wanted) { return keyword_at(index) < wanted; });
    if (found == std::end(by_keyword) || keyword_at(*found) != keyword) {
        return std::nullopt;
    }
    return entry_at(*found);
}

std::vector<DictionaryEntry> find_keywords(std::string_view beginning)
{
    std::vector<DictionaryEntry> entries;
    for (const std::uint16_t index : by_keyword) {
        if (begins_with(keyword_at(index), beginning)) {
            entries.push_back(entry_at(index));
        }
    }
    return entries;
}

Vr vr_of(Tag tag) noexcept
{
    if (const Row* row = find_row(tag)) {
        return row->vr;
    }
    if (tag.element() == 0) {
        return Vr::UL;
    }
    if (tag.is_private()) {
        return tag.element() >= 0x0010 && tag.element() <= 0x00FF ? Vr::LO : Vr::UN;
    }
    const RepeatingRow* row = find_repeating(tag);
    return row != nullptr ? row->vr : Vr::UN;
}

std::string name_of(Tag tag)
{
    const auto entry = find_tag(tag);
    return entry && !entry->keyword.empty() ? std::string{entry->keyword} : tag.hex();
}

std::optional<Tag> parse_tag(std::string_view text) noexcept
{
    if (text.size() == 11 && text.front() == '(' && text.back() == ')') {
        text = text.substr(1, 9);
    }
    if (text.size() == 9 && text[4] == ',') {
        char digits[8];
        std::copy_n(text.begin(), 4, digits);
        std::copy_n(text.begin() + 5, 4, digits + 4);
        return parse_hex({digits, 8});
    }
    if (const auto entry = find_keyword(text)) {
        return entry->tag;
    }
    return parse_hex(text);
}

}  // namespace pacs::dicom
