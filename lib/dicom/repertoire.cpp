#include "dicom/repertoire.hpp"

#include <algorithm>
#include <iterator>

namespace pacs::dicom {

namespace {

// The first one is the default repertoire.
constexpr Repertoire repertoires[] = {
    {"6", Coding::ascii, "", ascii_escape},
    {"100", Coding::high_half, "ISO-8859-1", "-A"},
    {"101", Coding::high_half, "ISO-8859-2", "-B"},
    {"109", Coding::high_half, "ISO-8859-3", "-C"},
    {"110", Coding::high_half, "ISO-8859-4", "-D"},
    {"144", Coding::high_half, "ISO-8859-5", "-L"},
    {"127", Coding::high_half, "ISO-8859-6", "-G"},
    {"126", Coding::high_half, "ISO-8859-7", "-F"},
    {"138", Coding::high_half, "ISO-8859-8", "-H"},
    {"148", Coding::high_half, "ISO-8859-9", "-M"},
    {"203", Coding::high_half, "ISO-8859-15", "-b"},
    {"166", Coding::high_half, "TIS-620", "-T"},
    {"13", Coding::katakana, "", ")I"},
    {"87", Coding::pairs_in_g0, "EUC-JP", "$B"},
    {"159", Coding::pairs_in_g0, "EUC-JP", "$(D"},
    {"149", Coding::pairs_in_g1, "EUC-KR", "$)C"},
    {"58", Coding::pairs_in_g1, "EUC-CN", "$)A"},
    {"192", Coding::whole, "UTF-8", ""},
    {"GB18030", Coding::whole, "GB18030", ""},
    {"GBK", Coding::whole, "GBK", ""},
};

// What devices write instead of a defined term, with all but letters and digits left out.
struct Alias {
    std::string_view spelling;
    std::string_view number;
};
constexpr Alias aliases[] = {
    {"UTF8", "192"},     {"ISO192", "192"},   {"UNICODE", "192"},         {"ASCII", "6"},
    {"USASCII", "6"},    {"LATIN1", "100"},   {"ISO88591", "100"},        {"ISO88592", "101"},
    {"ISO88593", "109"}, {"ISO88594", "110"}, {"ISO88595", "144"},        {"ISO88596", "127"},
    {"ISO88597", "126"}, {"ISO88598", "138"}, {"ISO88599", "148"},        {"ISO885915", "203"},
    {"TIS620", "166"},   {"GB2312", "58"},    {"GB180302000", "GB18030"},
};

std::string letters_and_digits(std::string_view term)
{
    std::string result;
    for (const char c : term) {
        if (c >= 'a' && c <= 'z') {
            result += static_cast<char>(c - 'a' + 'A');
        } else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            result += c;
        }
    }
    return result;
}

const Repertoire* find_number(std::string_view number) noexcept
{
    const auto* const found =
        std::find_if(std::begin(repertoires), std::end(repertoires),
                     [&](const Repertoire& repertoire) { return repertoire.number == number; });
    return found == std::end(repertoires) ? nullptr : found;
}

}  // namespace

const Repertoire* find_repertoire(std::string_view term)
{
    const std::string plain = letters_and_digits(term);
    for (const std::string_view prefix : {"ISO2022IR", "ISOIR", "IR"}) {
        if (plain.starts_with(prefix)) {
            return find_number(std::string_view{plain}.substr(prefix.size()));
        }
    }
    for (const Alias& alias : aliases) {
        if (plain == alias.spelling) {
            return find_number(alias.number);
        }
    }
    const bool is_name = plain == "GB18030" || plain == "GBK";
    return is_name ? find_number(plain) : nullptr;
}

const Repertoire* find_escape(std::string_view bytes) noexcept
{
    const auto* const found = std::find_if(
        std::begin(repertoires), std::end(repertoires), [&](const Repertoire& repertoire) {
            return !repertoire.escape.empty() && bytes.starts_with(repertoire.escape);
        });
    return found == std::end(repertoires) ? nullptr : found;
}

std::span<const Repertoire> all_repertoires() noexcept
{
    return repertoires;
}

const Repertoire& default_repertoire() noexcept
{
    return repertoires[0];
}

std::string defined_term(const Repertoire& repertoire, bool code_extensions)
{
    if (repertoire.number.starts_with("GB")) {
        return std::string{repertoire.number};
    }
    const bool extended = code_extensions && repertoire.coding != Coding::whole;
    return (extended ? "ISO 2022 IR " : "ISO_IR ") + std::string{repertoire.number};
}

}  // namespace pacs::dicom
