#include "dicom/record_json.hpp"

#include "catch.hpp"

#include "dicom/dictionary.hpp"

#include <cstring>

using namespace pacs::dicom;

namespace {

Tag tag(const char* keyword)
{
    return find_keyword(keyword)->tag;
}

std::string members(const DataSet& data_set, const char* fallback = "")
{
    std::string out = "{";
    append_record_members(out, data_set, CharacterSet{fallback});
    return out + "}";
}

std::string members(const char* keyword, const char* value, const char* charset = "")
{
    DataSet data_set;
    data_set.set_text(tag(keyword), value);
    return members(data_set, charset);
}

std::string annex_f(const DataSet& data_set, const char* fallback = "")
{
    std::string out;
    append_dicom_json(out, data_set, CharacterSet{fallback});
    return out;
}

template <typename T>
Element number(const char* keyword, Vr vr, T value)
{
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return Element{tag(keyword), vr, bytes};
}

}  // namespace

TEST_CASE("a flat record names attributes by keyword and trims their text")
{
    CHECK(members("PatientID", " 4711 ") == R"({"PatientID":"4711"})");
    CHECK(members("PatientName", "DOE^JANE ") == R"({"PatientName":"DOE^JANE"})");
    CHECK(members("StudyInstanceUID", "1.2") == R"({"StudyInstanceUID":"1.2"})");
}

TEST_CASE("an attribute of several values is always an array, one of one value is not")
{
    CHECK(members("ModalitiesInStudy", "CT\\SR") == R"({"ModalitiesInStudy":["CT","SR"]})");
    CHECK(members("ModalitiesInStudy", "CT") == R"({"ModalitiesInStudy":["CT"]})");
    CHECK(members("ModalitiesInStudy", "") == R"({"ModalitiesInStudy":[]})");
    CHECK(members("ImageType", "ORIGINAL\\\\AXIAL") == R"({"ImageType":["ORIGINAL","","AXIAL"]})");
    CHECK(members("PatientID", "a\\b") == R"({"PatientID":["a","b"]})");
}

TEST_CASE("an absent value is empty text or null for a number")
{
    CHECK(members("PatientID", "") == R"({"PatientID":""})");
    CHECK(members("SeriesNumber", "") == R"({"SeriesNumber":null})");
    CHECK(members("PixelSpacing", "") == R"({"PixelSpacing":[]})");
}

TEST_CASE("numbers are numbers, and what only looks like one stays text")
{
    CHECK(members("SeriesNumber", "007") == R"({"SeriesNumber":7})");
    CHECK(members("SeriesNumber", "+5") == R"({"SeriesNumber":5})");
    CHECK(members("SeriesNumber", "-5") == R"({"SeriesNumber":-5})");
    CHECK(members("SeriesNumber", "5a") == R"({"SeriesNumber":"5a"})");
    CHECK(members("SeriesNumber", "1.5") == R"({"SeriesNumber":"1.5"})");
    CHECK(members("PixelSpacing", "0.5\\.25") == R"({"PixelSpacing":[0.5,0.25]})");
    CHECK(members("SliceThickness", "1e2") == R"({"SliceThickness":100})");
    CHECK(members("SliceThickness", "nan") == R"({"SliceThickness":"nan"})");
    CHECK(members("SliceThickness", "inf") == R"({"SliceThickness":"inf"})");
    CHECK(members("SliceThickness", "1e999") == R"({"SliceThickness":"1e999"})");
}

TEST_CASE("binary numbers are read, NaN and infinity are null")
{
    DataSet data_set;
    data_set.put(number<std::uint16_t>("Rows", Vr::US, 512));
    data_set.put(number<double>("EventTimeOffset", Vr::FD, std::nan("")));
    CHECK(members(data_set) == R"({"EventTimeOffset":null,"Rows":512})");
}

TEST_CASE("a number cut in the middle is no value")
{
    DataSet data_set;
    data_set.put(Element{tag("Rows"), Vr::US, "\1"});
    CHECK(members(data_set) == R"({"Rows":null})");
}

TEST_CASE("text is converted from the character set that is declared, or the fallback")
{
    CHECK(members("PatientName", "M\xFCller", "ISO_IR 100") ==
          "{\"PatientName\":\"M\xC3\xBCller\"}");
    DataSet data_set;
    data_set.set_text(tags::specific_character_set, "ISO_IR 192");
    data_set.set_text(tags::patient_name, "M\xC3\xBCller");
    CHECK(members(data_set, "ISO_IR 100") == "{\"PatientName\":\"M\xC3\xBCller\"}");
}

TEST_CASE("text is converted before it is split at the backslash")
{
    DataSet data_set;
    data_set.set_text(tags::specific_character_set, "GBK");
    data_set.set_text(tag("OtherPatientNames"), "\xD5\x5C\\B");
    CHECK(members(data_set) == "{\"OtherPatientNames\":[\"\xE8\xAA\xA0\",\"B\"]}");
}

TEST_CASE("control characters and invalid bytes are harmless in the output")
{
    const std::string line = members("PatientID", "\x1b[31m\xFF");
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find('\xFF') == std::string::npos);
}

TEST_CASE("sequences are arrays of objects, bytes are base64, unknown tags hex digits")
{
    DataSet item;
    item.set_text(tag("RequestedProcedureID"), "7");
    DataSet data_set;
    data_set.put(Element{Tag{0x0009, 0x1001}, Vr::UN, std::string("\0\1\2\3", 4)});
    Element sequence{tag("RequestAttributesSequence"), Vr::SQ, ""};
    sequence.items = {item, DataSet{}};
    data_set.put(sequence);
    CHECK(
        members(data_set) ==
        R"({"00091001":"AAECAw==","RequestAttributesSequence":[{"RequestedProcedureID":"7"},{}]})");
}

TEST_CASE("DICOM JSON has VR and Value as PS3.18 Annex F says")
{
    DataSet data_set;
    data_set.set_text(tags::patient_name, "DOE^JANE=\xE5\xB1\xB1");
    data_set.set_text(tags::specific_character_set, "ISO_IR 192");
    data_set.set_text(tag("SeriesNumber"), "3");
    data_set.set_text(tag("StudyDescription"), "");
    CHECK(annex_f(data_set) ==
          "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},"
          "\"00081030\":{\"vr\":\"LO\"},"
          "\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"DOE^JANE\","
          "\"Ideographic\":\"\xE5\xB1\xB1\"}]},"
          "\"00200011\":{\"vr\":\"IS\",\"Value\":[3]}}");
}

TEST_CASE("DICOM JSON keeps the place of an empty value and leaves out empty name groups")
{
    DataSet data_set;
    data_set.set_text(tag("ImageType"), "A\\\\B");
    data_set.set_text(tags::patient_name, "==X");
    CHECK(annex_f(data_set) ==
          "{\"00080008\":{\"vr\":\"CS\",\"Value\":[\"A\",null,\"B\"]},"
          "\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Phonetic\":\"X\"}]}}");
}

TEST_CASE("the character set of text in another one is told as UTF-8 in DICOM JSON")
{
    DataSet data_set;
    data_set.set_text(tags::specific_character_set, "ISO_IR 100");
    data_set.set_text(tags::patient_name, "M\xFCller");
    CHECK(annex_f(data_set) ==
          "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},"
          "\"00100010\":{\"vr\":\"PN\",\"Value\":[{\"Alphabetic\":\"M\xC3\xBCller\"}]}}");
}
