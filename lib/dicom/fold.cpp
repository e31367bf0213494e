#include "base/utf8.hpp"
#include "dicom/charset.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace pacs::dicom {

namespace {

// UTF-8 in place instead of pointers: nothing to relocate when the program starts.
struct Row {
    char16_t code;
    char text[7];
};

constexpr Row fold_rows[] = {
#include "dicom/tables/fold.inc"
};
constexpr Row fold_case_rows[] = {
#include "dicom/tables/fold_case.inc"
};

// The code point of a well-formed character of two or three bytes; 0 for others.
char16_t code_of(std::string_view character) noexcept
{
    const auto bits = [&](std::size_t at, unsigned mask) {
        return static_cast<unsigned char>(character[at]) & mask;
    };
    switch (character.size()) {
    case 2: return static_cast<char16_t>(bits(0, 0x1FU) << 6U | bits(1, 0x3FU));
    case 3:
        return static_cast<char16_t>(bits(0, 0x0FU) << 12U | bits(1, 0x3FU) << 6U | bits(2, 0x3FU));
    default: return 0;
    }
}

template <std::size_t count>
std::string folded(std::string_view utf8, const Row (&rows)[count])
{
    std::string out;
    out.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        const char c = utf8[at];
        const std::size_t length = std::max<std::size_t>(utf8_length(utf8, at), 1);
        const std::string_view character = utf8.substr(at, length);
        at += length;
        if (length == 1) {
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            continue;
        }
        const char16_t code = code_of(character);
        const Row* const found =
            std::lower_bound(std::begin(rows), std::end(rows), code,
                             [](const Row& row, char16_t wanted) { return row.code < wanted; });
        const bool listed = found != std::end(rows) && found->code == code;
        out += listed ? std::string_view{found->text} : character;
    }
    return out;
}

}  // namespace

std::string fold(std::string_view utf8)
{
    return folded(utf8, fold_rows);
}

std::string fold_case(std::string_view utf8)
{
    return folded(utf8, fold_case_rows);
}

}  // namespace pacs::dicom
