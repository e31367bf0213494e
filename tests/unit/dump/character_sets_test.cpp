// The examples of PS3.5 Annexes H (Japanese), I (Korean), J (Chinese GB18030, UTF-8) and K (Chinese
// with code extensions), and what is in no character set, as pacs-dump prints them.

#include "catch.hpp"

#include "dicom/part10.hpp"
#include "dicom/uid.hpp"
#include "dump/dump.hpp"

#include <string>

using namespace pacs;
using dicom::DataSet;
using dicom::Tag;
using dicom::Vr;

namespace {

std::string dumped(const char* charset, const std::string& name, dump::Shape shape)
{
    DataSet set;
    set.set_text(dicom::tags::specific_character_set, charset);
    set.set_text(dicom::tags::patient_name, name, Vr::PN);
    const std::string file =
        dicom::make_file_head("1.2.840.10008.5.1.4.1.1.7", "1.2.3", "1.2.840.10008.1.2.1") +
        dicom::encode(set, dicom::TransferSyntax{dicom::uids::explicit_le});
    stream::Item item;
    item.name = "memory";
    item.content = stream::Content::of_memory(file);
    dump::DumpOptions options;
    options.shape = shape;
    const auto result = dump::dump(item, options);
    return shape == dump::Shape::record ? result.record.str() : result.text;
}

void check(const char* charset, const std::string& name, const std::string& utf8)
{
    CAPTURE(charset);
    const std::string record = dumped(charset, name, dump::Shape::record);
    CHECK(record.find("\"PatientName\":\"" + utf8 + "\"") != std::string::npos);
    CHECK(record.find("\"outcome\":\"ok\"") != std::string::npos);
    const std::string groups = dumped(charset, name, dump::Shape::dicom_json);
    CHECK(groups.find("{\"Alphabetic\":\"" + utf8.substr(0, utf8.find('=')) + "\"") !=
          std::string::npos);
    CHECK(groups.find("\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]}") !=
          std::string::npos);
}

}  // namespace

TEST_CASE("Japanese names of PS3.5 Annex H are UTF-8 in records and DICOM JSON")
{
    check("\\ISO 2022 IR 87",
          "Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B=\x1B$B$d$^$@\x1B(B^\x1B$B$?$m$&\x1B(B",
          "Yamada^Tarou=山田^太郎=やまだ^たろう");
    check("ISO 2022 IR 13\\ISO 2022 IR 87",
          "\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\x1B$B;3ED\x1B(J^\x1B$BB@O:\x1B(J=\x1B$B$d$^$@\x1B(J^"
          "\x1B$B$?$m$&\x1B(J",
          "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
}

TEST_CASE("the supplementary kanji set, ISO 2022 IR 159, is UTF-8 too")
{
    // row 16, cell 1 of JIS X 0212: U+4E02
    check("\\ISO 2022 IR 159", "A^B=\x1B$(D0!\x1B(B", "A^B=丂");
}

TEST_CASE("the Korean name of PS3.5 Annex I is UTF-8")
{
    check("\\ISO 2022 IR 149",
          "Hong^Gildong=\x1B$)C\xFB\xF3^\x1B$)C\xD1\xCE\xD4\xD7=\x1B$)C\xC8\xAB^"
          "\x1B$)C\xB1\xE6\xB5\xBF",
          "Hong^Gildong=洪^吉洞=홍^길동");
}

TEST_CASE("Chinese names of PS3.5 Annexes J and K are UTF-8")
{
    check("ISO_IR 192", "Wang^XiaoDong=王^小東", "Wang^XiaoDong=王^小東");
    check("GB18030", "Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB", "Wang^XiaoDong=王^小东");
    check("GBK", "Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB", "Wang^XiaoDong=王^小东");
    check("\\ISO 2022 IR 58", "Zhang^XiaoDong=\x1B$)A\xD5\xC5^\x1B$)A\xD0\xA1\xB6\xAB",
          "Zhang^XiaoDong=张^小东");
}

TEST_CASE("text that cannot be converted is there with a mark, and the record warns of it")
{
    const std::string record = dumped("ISO_IR 192", "M\xFCller", dump::Shape::record);
    CHECK(record.find("\"outcome\":\"warning\",\"reason\":\"character_set\"") != std::string::npos);
    CHECK(record.find("\"undecoded\":[\"PatientName\"]") != std::string::npos);
    CHECK(record.find("\"PatientName\":\"M\xEF\xBF\xBDller\"") != std::string::npos);
    const std::string guessed = dumped("", "M\xFCller", dump::Shape::record);
    CHECK(guessed.find("\"undecoded\":[\"PatientName\"]") != std::string::npos);
    const std::string unknown = dumped("ISO_IR 999", "Plain", dump::Shape::record);
    CHECK(unknown.find("\"outcome\":\"ok\"") != std::string::npos);
}
