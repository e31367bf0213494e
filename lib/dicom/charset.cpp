#include "dicom/charset.hpp"

#include "base/utf8.hpp"
#include "dicom/code_extensions.hpp"
#include "dicom/iconv_convert.hpp"
#include "dicom/repertoire.hpp"

#include <algorithm>

namespace pacs::dicom {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// iconv(3) lets sequences of five bytes and code points beyond U+10FFFF pass.
CharacterSet::Decoded well_formed(std::string_view bytes)
{
    CharacterSet::Decoded result;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = utf8_length(bytes, at);
        result.utf8 += length == 0 ? replacement : bytes.substr(at, length);
        result.exact = result.exact && length != 0;
        at += std::max<std::size_t>(length, 1);
    }
    return result;
}

std::string_view trimmed(std::string_view term) noexcept
{
    const auto last = term.find_last_not_of(std::string_view{" \0", 2});
    term = term.substr(0, last == std::string_view::npos ? 0 : last + 1);
    return term.substr(std::min(term.find_first_not_of(' '), term.size()));
}

}  // namespace

CharacterSet::CharacterSet(std::string_view terms)
{
    if (trimmed(terms).empty()) {
        return;
    }
    const bool extended =
        terms.find('\\') != std::string_view::npos || terms.find("2022") != std::string_view::npos;
    for (std::size_t at = 0; at <= terms.size();) {
        const std::size_t end = std::min(terms.find('\\', at), terms.size());
        const std::string_view term = trimmed(terms.substr(at, end - at));
        const Repertoire* const found =
            term.empty() ? &default_repertoire() : find_repertoire(term);
        known_ = known_ && found != nullptr;
        terms_.emplace_back(found == nullptr || term.empty() ? std::string{term}
                                                             : defined_term(*found, extended));
        repertoires_.push_back(found == nullptr ? &default_repertoire() : found);
        at = end + 1;
    }
}

bool CharacterSet::is_utf8() const noexcept
{
    return !repertoires_.empty() && repertoires_.front()->number == "192";
}

CharacterSet::Decoded CharacterSet::to_utf8(std::string_view bytes, bool person_name) const
{
    const bool high = std::any_of(bytes.begin(), bytes.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    const Coding first = repertoires_.empty() ? Coding::ascii : repertoires_.front()->coding;
    if (is_utf8()) {
        return well_formed(bytes);
    }
    if (first == Coding::whole) {
        Decoded result;
        result.exact = append_utf8(result.utf8, repertoires_.front()->iconv_name, bytes);
        return result;
    }
    const bool escapes = bytes.find(escape_character) != std::string_view::npos;
    if (!high && !escapes && first != Coding::katakana) {
        return {std::string{bytes}, true};
    }
    // High bytes that nothing declares are UTF-8 when they look like it: nothing else does.
    if (high && !escapes && !high_half_declared(repertoires_) && pacs::is_utf8(bytes)) {
        return {std::string{bytes}, false};
    }
    return decode_extended(repertoires_, bytes, person_name);
}

std::optional<std::string> CharacterSet::from_utf8(std::string_view utf8, bool person_name) const
{
    const Repertoire* const first = repertoires_.empty() ? nullptr : repertoires_.front();
    if (first == nullptr || first->coding != Coding::whole) {
        return encode_extended(repertoires_, utf8, person_name);
    }
    if (!pacs::is_utf8(utf8)) {
        return std::nullopt;
    }
    if (first->number == "192") {
        return std::string{utf8};
    }
    std::string bytes = dicom::from_utf8(first->iconv_name, utf8);
    return bytes.empty() && !utf8.empty() ? std::nullopt : std::optional{std::move(bytes)};
}

}  // namespace pacs::dicom
