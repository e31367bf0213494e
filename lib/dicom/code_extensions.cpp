#include "dicom/code_extensions.hpp"

#include "base/utf8.hpp"
#include "dicom/iconv_convert.hpp"

#include <algorithm>
#include <utility>

namespace pacs::dicom {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view overline = "\xE2\x80\xBE";     // U+203E, 7E in ISO-IR 14
constexpr char32_t first_katakana = 0xFF61;               // A1 in ISO-IR 13

unsigned byte_at(std::string_view text, std::size_t at) noexcept
{
    return static_cast<unsigned char>(text[at]);
}

bool is_high(char c) noexcept
{
    return static_cast<unsigned char>(c) >= 0x80;
}

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20;
}

// A character of a 94-character set in G0.
bool is_graphic(unsigned byte) noexcept
{
    return byte > 0x20 && byte < 0x7F;
}

// Where PS3.5 6.1.2.5.3 wants the initial sets to be active again.
bool is_delimiter(char c, bool person_name) noexcept
{
    return is_control(c) || c == '\\' || (person_name && (c == '^' || c == '='));
}

bool is_g0(const Repertoire& repertoire) noexcept
{
    return repertoire.coding == Coding::ascii || repertoire.coding == Coding::pairs_in_g0;
}

// The sets designated to the two halves of the code table.
struct Designation {
    const Repertoire* g0 = &default_repertoire();  // ASCII, ISO-IR 13 for its romaji, or pairs
    const Repertoire* g1 = nullptr;

    void designate(const Repertoire& repertoire) { (is_g0(repertoire) ? g0 : g1) = &repertoire; }
};

// PS3.5 6.1.2.5.2: the first term says what is designated at first.
Designation initial_designation(const Repertoires& repertoires)
{
    Designation initial;
    const Repertoire* const first = repertoires.empty() ? nullptr : repertoires.front();
    if (first == nullptr) {
        return initial;
    }
    if (first->coding == Coding::katakana) {
        initial.g0 = first;
    }
    if (first->coding != Coding::pairs_in_g0 && first->coding != Coding::ascii) {
        initial.g1 = first;
    }
    return initial;
}

std::string encode_utf8(char32_t code)
{
    return {static_cast<char>(0xE0U | (code >> 12U)),
            static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)),
            static_cast<char>(0x80U | (code & 0x3FU))};
}

class Decoder {
public:
    Decoder(const Repertoires& repertoires, std::string_view bytes, bool person_name)
        : initial_(initial_designation(repertoires)),
          now_(initial_),
          rest_(bytes),
          person_name_(person_name)
    {
    }

    CharacterSet::Decoded run() &&
    {
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (c == escape_character) {
                take_escape();
            } else if (is_high(c)) {
                take_high();
            } else if (now_.g0->coding == Coding::pairs_in_g0 && is_graphic(byte_at(rest_, 0))) {
                take_pairs();
            } else {
                take_single(c);
            }
        }
        return std::move(result_);
    }

private:
    void unconvertible()
    {
        result_.utf8 += replacement;
        result_.exact = false;
        rest_.remove_prefix(1);
    }

    std::string_view take(std::size_t count)
    {
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    void convert(const char* from, std::string_view bytes)
    {
        result_.exact = append_utf8(result_.utf8, from, bytes) && result_.exact;
    }

    void take_escape()
    {
        const std::string_view after = rest_.substr(1);
        if (after.starts_with(romaji_escape)) {
            now_.g0 = find_repertoire("ISO_IR 13");
            rest_.remove_prefix(1 + romaji_escape.size());
        } else if (const Repertoire* designated = find_escape(after)) {
            now_.designate(*designated);
            last_g1_ = is_g0(*designated) ? last_g1_ : designated;
            rest_.remove_prefix(1 + designated->escape.size());
        } else {
            unconvertible();
        }
    }

    void take_single(char c)
    {
        if (c == '~' && now_.g0->coding == Coding::katakana) {
            result_.utf8 += overline;
        } else {
            result_.utf8 += c;
        }
        rest_.remove_prefix(1);
        if (is_delimiter(c, person_name_)) {
            now_ = initial_;
        }
    }

    void take_pairs()
    {
        const bool supplementary = now_.g0->number == "159";
        std::string euc;
        while (rest_.size() >= 2 && is_graphic(byte_at(rest_, 0)) &&
               is_graphic(byte_at(rest_, 1))) {
            euc += supplementary ? "\x8F" : "";
            euc += static_cast<char>(byte_at(rest_, 0) | 0x80U);
            euc += static_cast<char>(byte_at(rest_, 1) | 0x80U);
            rest_.remove_prefix(2);
        }
        if (euc.empty()) {
            unconvertible();
        } else {
            convert(now_.g0->iconv_name, euc);
        }
    }

    void take_high()
    {
        // A set that stays designated behind a delimiter is a sin of many encoders.
        const Repertoire* const g1 = now_.g1 != nullptr ? now_.g1 : last_g1_;
        const auto run = static_cast<std::size_t>(
            std::find_if_not(rest_.begin(), rest_.end(), is_high) - rest_.begin());
        if (g1 == nullptr) {
            result_.exact = false;  // nobody said what they are; Latin-1 is the most usual
            append_utf8(result_.utf8, "ISO-8859-1", take(run));
        } else if (g1->coding == Coding::katakana) {
            take_katakana();
        } else {
            convert(g1->iconv_name, take(run));
        }
    }

    void take_katakana()
    {
        const unsigned byte = byte_at(rest_, 0);
        if (byte < 0xA1 || byte > 0xDF) {
            unconvertible();
            return;
        }
        result_.utf8 += encode_utf8(first_katakana + (byte - 0xA1));
        rest_.remove_prefix(1);
    }

    Designation initial_;
    Designation now_;
    const Repertoire* last_g1_ = nullptr;
    std::string_view rest_;
    bool person_name_;
    CharacterSet::Decoded result_;
};

// The bytes of one character in a set, or none when it is not in it.
std::string encode_character(const Repertoire& repertoire, std::string_view character)
{
    if (repertoire.coding == Coding::katakana) {
        for (unsigned byte = 0xA1; byte <= 0xDF; ++byte) {
            if (encode_utf8(first_katakana + (byte - 0xA1)) == character) {
                return {static_cast<char>(byte)};
            }
        }
        return {};
    }
    if (repertoire.coding == Coding::ascii) {
        return {};
    }
    std::string bytes = from_utf8(repertoire.iconv_name, character);
    if (repertoire.coding == Coding::high_half) {
        return bytes.size() == 1 && byte_at(bytes, 0) >= 0xA0 ? bytes : std::string{};
    }
    if (repertoire.number == "159") {
        if (bytes.size() != 3 || byte_at(bytes, 0) != 0x8F) {
            return {};
        }
        bytes.erase(0, 1);
    } else if (bytes.size() != 2 || byte_at(bytes, 0) < 0xA1) {
        return {};
    }
    if (repertoire.coding == Coding::pairs_in_g0) {
        bytes = {static_cast<char>(byte_at(bytes, 0) & 0x7FU),
                 static_cast<char>(byte_at(bytes, 1) & 0x7FU)};
    }
    return bytes;
}

class Encoder {
public:
    Encoder(const Repertoires& repertoires, bool person_name)
        : repertoires_(repertoires),
          initial_(initial_designation(repertoires)),
          now_(initial_),
          person_name_(person_name)
    {
    }

    std::optional<std::string> run(std::string_view utf8) &&
    {
        while (!utf8.empty()) {
            const std::size_t length = utf8_length(utf8, 0);
            const std::string_view character = utf8.substr(0, length);
            if (length == 0 || !(length == 1 ? put_single(utf8.front()) : put_other(character))) {
                return std::nullopt;
            }
            utf8.remove_prefix(length);
        }
        restore_all();
        return std::move(out_);
    }

private:
    void escape(std::string_view sequence)
    {
        out_ += escape_character;
        out_ += sequence;
    }

    void restore_g0()
    {
        if (now_.g0 != initial_.g0) {
            escape(initial_.g0->coding == Coding::katakana ? romaji_escape : ascii_escape);
            now_.g0 = initial_.g0;
        }
    }

    void restore_all()
    {
        restore_g0();
        if (now_.g1 != initial_.g1 && initial_.g1 != nullptr) {
            escape(initial_.g1->escape);
        }
        now_.g1 = initial_.g1;
    }

    // ESC would be read as the start of a sequence, and ISO-IR 14 has no tilde.
    bool put_single(char c)
    {
        if (c == escape_character || (c == '~' && initial_.g0->coding == Coding::katakana)) {
            return false;
        }
        if (is_delimiter(c, person_name_)) {
            restore_all();
        }
        restore_g0();
        out_ += c;
        return true;
    }

    bool put_in(const Repertoire& repertoire, std::string_view character)
    {
        const std::string bytes = encode_character(repertoire, character);
        if (bytes.empty()) {
            return false;
        }
        if (now_.g0 != &repertoire && now_.g1 != &repertoire) {
            escape(repertoire.escape);
            now_.designate(repertoire);
        }
        out_ += bytes;
        return true;
    }

    bool put_other(std::string_view character)
    {
        if (character == overline && initial_.g0->coding == Coding::katakana) {
            restore_g0();
            out_ += '~';
            return true;
        }
        if ((now_.g1 != nullptr && put_in(*now_.g1, character)) || put_in(*now_.g0, character)) {
            return true;
        }
        return std::any_of(repertoires_.begin(), repertoires_.end(), [&](const Repertoire* other) {
            return other->coding != Coding::whole && put_in(*other, character);
        });
    }

    const Repertoires& repertoires_;
    Designation initial_;
    Designation now_;
    bool person_name_;
    std::string out_;
};

}  // namespace

bool high_half_declared(const Repertoires& repertoires) noexcept
{
    return initial_designation(repertoires).g1 != nullptr;
}

CharacterSet::Decoded decode_extended(const Repertoires& repertoires, std::string_view bytes,
                                      bool person_name)
{
    return Decoder{repertoires, bytes, person_name}.run();
}

std::optional<std::string> encode_extended(const Repertoires& repertoires, std::string_view utf8,
                                           bool person_name)
{
    return Encoder{repertoires, person_name}.run(utf8);
}

}  // namespace pacs::dicom
