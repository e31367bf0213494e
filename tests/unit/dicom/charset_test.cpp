#include "dicom/charset.hpp"

#include "base/utf8.hpp"
#include "catch.hpp"

using namespace pacs::dicom;

namespace {

// The examples of PS3.5 Annexes H, I, J and K: what stands in the data set, and what is meant.
struct Example {
    const char* terms;
    std::string bytes;
    std::string utf8;
};

const std::vector<Example> examples{
    {"\\ISO 2022 IR 87",
     "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
     "Yamada^Tarou=山田^太郎=やまだ^たろう"},
    {"ISO 2022 IR 13\\ISO 2022 IR 87",
     "\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J="
     "\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
     "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"},
    {"\\ISO 2022 IR 149",
     "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
     "Hong^Gildong=洪^吉洞=홍^길동"},
    {"ISO_IR 192", "Wang^XiaoDong=王^小东=", "Wang^XiaoDong=王^小东="},
    {"GB18030", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东="},
    {"GBK", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东="},
    {"\\ISO 2022 IR 58",
     "Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=", "Zhang^XiaoDong=张^小东="},
    {"ISO_IR 100", "Buc^J\xe9r\xf4me", "Buc^Jérôme"},
    {"ISO_IR 101", "Wa\xb3\xeasa", "Wałęsa"},
    {"ISO_IR 109", "\xa1ortin", "Ħortin"},
    {"ISO_IR 110", "R\xefga", "Rīga"},
    {"ISO_IR 144", "\xbb\xee\xda\x63\x65\xdc\xd1\xe3\xe0\xd3", "Люкceмбург"},
    {"ISO_IR 127", "\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار"},
    {"ISO_IR 126", "\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"},
    {"ISO_IR 138", "\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה"},
    {"ISO_IR 148",
     "\xc7"
     "avu\xfeo\xf0lu",
     "Çavuşoğlu"},
    {"ISO_IR 203", "\xa4uro", "€uro"},
    {"ISO_IR 166", "\xca\xc1\xaa\xd2\xc2", "สมชาย"},
    {"ISO_IR 13", "\xd4\xcf\xc0\xde~", "ﾔﾏﾀﾞ‾"},
};

CharacterSet::Decoded decoded(const char* terms, std::string_view bytes, bool person_name = true)
{
    return CharacterSet{terms}.to_utf8(bytes, person_name);
}

}  // namespace

TEST_CASE("the examples of the standard become UTF-8")
{
    for (const Example& example : examples) {
        INFO(example.terms);
        const auto result = decoded(example.terms, example.bytes);
        CHECK(result.utf8 == example.utf8);
        CHECK(result.exact);
        CHECK(CharacterSet{example.terms}.known());
    }
}

TEST_CASE("the examples of the standard come back from UTF-8 byte by byte, escapes included")
{
    for (const Example& example : examples) {
        INFO(example.terms);
        CHECK(CharacterSet{example.terms}.from_utf8(example.utf8, true) == example.bytes);
    }
}

TEST_CASE("a new line brings back the first character set, as PS3.5 I.3 shows")
{
    const std::string text =
        "\x1b$)CThe first line includes \xb1\xe6\xb5\xbf.\r\n"
        "\x1b$)CThe second line includes \xb1\xe6\xb5\xbf, too.\r\nThe third line.";
    CHECK(
        decoded("\\ISO 2022 IR 149", text, false).utf8 ==
        "The first line includes 길동.\r\nThe second line includes 길동, too.\r\nThe third line.");
    // Latin-1 is active again behind the line end, and the encoder must say so.
    const CharacterSet mixed{"ISO 2022 IR 100\\ISO 2022 IR 144"};
    const auto bytes = mixed.from_utf8("é Ж\r\né");
    REQUIRE(bytes);
    CHECK(*bytes == "\xe9 \x1b-L\xb6\x1b-A\r\n\xe9");
    CHECK(mixed.to_utf8(*bytes).utf8 == "é Ж\r\né");
}

TEST_CASE("a backslash parts values only where it is one, not as half of a character")
{
    // 0x5C is the second byte of U+8BDE in GBK.
    const auto gbk = decoded("GBK", "\xd5\x5c\\b");
    CHECK(gbk.utf8 == "誠\\b");
    CHECK(gbk.exact);
    // And of 3D 5E "出" in JIS X 0208: "=^" there ends no component.
    CHECK(decoded("\\ISO 2022 IR 87", "\x1b$B=P\x1b(B^b").utf8 == "出^b");
    CHECK(decoded("\\ISO 2022 IR 87", "\x1b$B=^\\=\x1b(B^b").exact);
}

TEST_CASE("JIS X 0212 and several extensions in one value")
{
    const CharacterSet set{"\\ISO 2022 IR 87\\ISO 2022 IR 159"};
    const auto bytes = set.from_utf8("丂山", true);
    REQUIRE(bytes);
    CHECK(*bytes == "\x1b$(D\x30\x21\x1b$B;3\x1b(B");
    CHECK(set.to_utf8(*bytes, true).utf8 == "丂山");
    const CharacterSet many{"ISO 2022 IR 6\\ISO 2022 IR 144\\ISO 2022 IR 149\\ISO 2022 IR 87"};
    const std::string text = "Ж홍a漢б";
    CHECK(many.to_utf8(many.from_utf8(text).value()).utf8 == text);
}

TEST_CASE("what is in none of the sets is refused, not replaced")
{
    CHECK_FALSE(CharacterSet{}.from_utf8("é"));
    CHECK_FALSE(CharacterSet{"ISO_IR 100"}.from_utf8("Ж"));
    CHECK_FALSE(CharacterSet{"GBK"}.from_utf8("😀"));
    CHECK(CharacterSet{"GB18030"}.from_utf8("😀"));
    CHECK_FALSE(CharacterSet{"ISO_IR 13"}.from_utf8("~"));
    CHECK_FALSE(CharacterSet{"ISO_IR 192"}.from_utf8("\xff"));
    CHECK_FALSE(CharacterSet{"ISO_IR 100"}.from_utf8("\xff"));
    CHECK_FALSE(CharacterSet{}.from_utf8("\x1b$B"));
    CHECK(CharacterSet{}.from_utf8("plain") == "plain");
    CHECK(CharacterSet{"GB18030"}.from_utf8("") == "");
}

TEST_CASE("bytes that mean nothing become U+FFFD and the rest survives")
{
    const auto broken = decoded("ISO_IR 192", "a\xffz");
    CHECK(broken.utf8 == "a\xEF\xBF\xBDz");
    CHECK_FALSE(broken.exact);
    for (const char* const bytes : {"\xf5\x80\x80\x80", "\xf9\x80\x80\x80\x80", "\xed\xa0\x80"}) {
        CHECK(pacs::is_utf8(decoded("ISO_IR 192", bytes).utf8));
        CHECK_FALSE(decoded("ISO_IR 192", bytes).exact);
    }
    CHECK_FALSE(decoded("\\ISO 2022 IR 87", "\x1b$B;").exact);
    CHECK_FALSE(decoded("\\ISO 2022 IR 87", "\x1b!!abc").exact);
    CHECK(decoded("\\ISO 2022 IR 87", "\x1b!!abc").utf8 == "\xEF\xBF\xBD!!abc");
    CHECK_FALSE(decoded("ISO_IR 13", "\xff").exact);
    CHECK_FALSE(decoded("GB18030", "\x81").exact);
}

TEST_CASE("every pair of bytes is converted without harm, to well-formed UTF-8")
{
    for (const Example& example : examples) {
        int wrong = 0;
        for (int pair = 0; pair < 65536; pair += 7) {
            const std::string bytes{static_cast<char>(pair >> 8), static_cast<char>(pair & 0xFF)};
            for (const char* const before : {"", "\x1b$B", "\x1b$(D", "\x1b$)C"}) {
                const auto result = decoded(example.terms, before + bytes + "A");
                wrong += pacs::is_utf8(result.utf8) && result.utf8.size() < 64 ? 0 : 1;
            }
        }
        INFO(example.terms);
        CHECK(wrong == 0);
    }
}

TEST_CASE("high bytes that no term explains are guessed, and the guess is told")
{
    const auto utf8 = decoded("", "Jérôme");
    CHECK(utf8.utf8 == "Jérôme");
    CHECK_FALSE(utf8.exact);
    const auto latin = decoded("", "J\xe9r\xf4me");
    CHECK(latin.utf8 == "Jérôme");
    CHECK_FALSE(latin.exact);
    CHECK(decoded("", "plain").exact);
}

TEST_CASE("an escape sequence still holds behind a delimiter when nothing else is designated there")
{
    // Encoders that do not repeat it in each component.
    CHECK(decoded("\\ISO 2022 IR 149", "\x1b$)C\xfb\xf3^\xd1\xce\xd4\xd7").utf8 == "洪^吉洞");
}

TEST_CASE("misspelled terms are understood, unknown ones are told")
{
    for (const char* const term : {"ISO_IR_100", "ISO-IR 100", "iso_ir 100", "ISO IR 100",
                                   "ISO_IR 100 ", "ISO8859-1", "latin1"}) {
        INFO(term);
        const CharacterSet set{term};
        CHECK(set.known());
        CHECK(set.terms() == std::vector<std::string>{"ISO_IR 100"});
        CHECK(set.to_utf8("\xe9").utf8 == "é");
    }
    CHECK(CharacterSet{"UTF-8"}.is_utf8());
    CHECK(CharacterSet{"utf8"}.is_utf8());
    CHECK(CharacterSet{"ISO_IR 192"}.terms().front() == "ISO_IR 192");
    CHECK(CharacterSet{"ISO 2022 IR 6\\ISO_IR_87"}.terms().back() == "ISO 2022 IR 87");
    CHECK_FALSE(CharacterSet{"ISO_IR 999"}.known());
    CHECK_FALSE(CharacterSet{"EBCDIC"}.known());
    CHECK(CharacterSet{""}.terms().empty());
    CHECK(CharacterSet{}.known());
    CHECK_FALSE(CharacterSet{"ISO_IR 100"}.is_utf8());
}

TEST_CASE("folding leaves case, accents and widths out, and nothing else")
{
    CHECK(fold("GARCÍA^José") == "garcia^jose");
    CHECK(fold("Łukasz Strauß") == "lukasz strauss");
    CHECK(fold("Ångström") == fold("A\xCC\x8Angstro\xCC\x88m"));  // combining marks
    CHECK(fold("ＹＡＭＡＤＡ") == "yamada");
    CHECK(fold("ﾔﾏﾀﾞ") == fold("ヤマダ"));
    CHECK(fold("ヤマダ") != fold("ヤマタ"));
    CHECK(fold("ΔΙΟΝΎΣΙΟΣ") == fold("διονύσιος"));
    CHECK(fold("Ёлкин") == fold("елкин"));
    CHECK(fold("山田^太郎") == "山田^太郎");
    CHECK(fold("홍^길동") == "홍^길동");
    CHECK(fold("") == "");
    CHECK(fold("a\xff"
               "B") ==
          "a\xff"
          "b");
}

TEST_CASE("case folding leaves accents alone")
{
    CHECK(fold_case("GARCÍA^JOSÉ") == "garcía^josé");
    CHECK(fold_case("ŁUKASZ") == "łukasz");
    CHECK(fold_case("ЖУКОВ") == "жуков");
    CHECK(fold_case("ΣΊΣΥΦΟΣ") == fold_case("σίσυφος"));
    CHECK(fold_case("Straße") == "straße");
    CHECK(fold_case("ﾔﾏﾀﾞ") == "ﾔﾏﾀﾞ");
}
