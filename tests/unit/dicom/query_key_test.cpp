#include "dicom/query_key.hpp"

#include "catch.hpp"

#include "base/error.hpp"
#include "dicom/dictionary.hpp"

using namespace pacs;
using namespace pacs::dicom;

namespace {

Tag tag(const char* keyword)
{
    return find_keyword(keyword)->tag;
}

DataSet with(std::initializer_list<const char*> keys, const char* charset = "")
{
    DataSet identifier;
    for (const char* key : keys) {
        put_query_key(identifier, parse_query_key(key), CharacterSet{charset});
    }
    return identifier;
}

}  // namespace

TEST_CASE("a key is named by keyword or by tag in any usual form")
{
    for (const char* text :
         {"PatientID=4711", "0010,0020=4711", "(0010,0020)=4711", "00100020=4711"}) {
        CAPTURE(text);
        const QueryKey key = parse_query_key(text);
        CHECK(key.top_level());
        CHECK(key.tag() == tags::patient_id);
        CHECK(key.vr == Vr::LO);
        CHECK(key.value == "4711");
        CHECK(key.name() == "PatientID");
    }
}

TEST_CASE("a key without a value asks for the attribute to be returned")
{
    CHECK(parse_query_key("PatientName").value.empty());
    CHECK(parse_query_key("PatientName=").value.empty());
    const DataSet identifier = with({"PatientName"});
    REQUIRE(identifier.has(tags::patient_name));
    CHECK(identifier.find(tags::patient_name)->value.empty());
}

TEST_CASE("everything after the first equals sign is the value")
{
    CHECK(parse_query_key("PatientName=A^B=C^D").value == "A^B=C^D");
    CHECK(parse_query_key("StudyDescription=a.b=c").value == "a.b=c");
}

TEST_CASE("UIDs may be named by their keywords in the registry, and nothing else may")
{
    CHECK(parse_query_key("SOPClassUID=CTImageStorage").value == "1.2.840.10008.5.1.4.1.1.2");
    CHECK(parse_query_key("AvailableTransferSyntaxUID=jpeg2000lossless\\1.2.840.10008.1.2").value ==
          "1.2.840.10008.1.2.4.90\\1.2.840.10008.1.2");
    CHECK(parse_query_key("SOPClassUID").value.empty());
    CHECK(parse_query_key("StudyDescription=CTImageStorage").value == "CTImageStorage");
    CHECK_THROWS_AS(parse_query_key("SOPClassUID=NoSuchStorage"), pacs::Error);
}

TEST_CASE("dots lead through sequences, with or without the index of the one item")
{
    for (const char* text :
         {"RequestAttributesSequence.RequestedProcedureID=7", "0040,0275.0040,1001=7",
          "RequestAttributesSequence[0].RequestedProcedureID=7"}) {
        CAPTURE(text);
        const DataSet identifier = with({text});
        const Element* sequence = identifier.find(tag("RequestAttributesSequence"));
        REQUIRE(sequence != nullptr);
        CHECK(sequence->vr == Vr::SQ);
        REQUIRE(sequence->items.size() == 1);
        CHECK(sequence->items[0].text(tag("RequestedProcedureID")) == "7");
    }
}

TEST_CASE("keys inside the same sequence share its one item")
{
    const DataSet identifier = with({"RequestAttributesSequence.RequestedProcedureID=7",
                                     "RequestAttributesSequence.ScheduledProcedureStepID"});
    const Element* sequence = identifier.find(tag("RequestAttributesSequence"));
    REQUIRE(sequence != nullptr);
    REQUIRE(sequence->items.size() == 1);
    CHECK(sequence->items[0].elements().size() == 2);
}

TEST_CASE("a sequence alone is universal and gets no item")
{
    const DataSet identifier = with({"RequestAttributesSequence"});
    const Element* sequence = identifier.find(tag("RequestAttributesSequence"));
    REQUIRE(sequence != nullptr);
    CHECK(sequence->items.empty());
}

TEST_CASE("what is no key is refused in words")
{
    for (const char* text :
         {"", "=1", "NoSuchKeyword=1", "0010=1", "PatientName.PatientID=1",
          "RequestAttributesSequence=1", "RequestAttributesSequence.=1", ".PatientID",
          "00020010=1.2", "00000100=1", "FFFEE000", "PatientID[0]x=1",
          "RequestAttributesSequence[1].RequestedProcedureID=7", "StudyDate=yesterday",
          "StudyInstanceUID=abc", "Rows=many", "Rows=70000", "Rows=5*"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_query_key(text), Error);
    }
}

TEST_CASE("control characters of a key do not reach the message")
{
    try {
        parse_query_key("\x1b[31mred=1");
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK(std::string{error.what()}.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("the same key again is one more alternative")
{
    const DataSet identifier = with({"ModalitiesInStudy=CT", "ModalitiesInStudy=MR"});
    CHECK(identifier.texts(tag("ModalitiesInStudy")) == std::vector<std::string>{"CT", "MR"});
    CHECK(with({"PatientID=1", "PatientID"}).text(tags::patient_id) == "1");
    CHECK(with({"PatientID", "PatientID=1"}).text(tags::patient_id) == "1");
}

TEST_CASE("binary attributes get their numbers in binary")
{
    const DataSet identifier = with({"Rows=512", "Columns=1\\2"});
    CHECK(identifier.u16(tag("Rows")) == 512);
    CHECK(identifier.find(tag("Columns"))->value == std::string("\1\0\2\0", 4));
}

TEST_CASE("values are encoded in the character set of the query")
{
    CHECK(with({"PatientName=M\xC3\xBCller^J\xC3\xB6rg"}, "ISO_IR 100").text(tags::patient_name) ==
          "M\xFCller^J\xF6rg");
    CHECK(with({"PatientName=M\xC3\xBCller"}, "ISO_IR 192").text(tags::patient_name) ==
          "M\xC3\xBCller");
}

TEST_CASE("a character that the set lacks is refused with the way out")
{
    try {
        with({"PatientName=\xE5\xB1\xB1\xE7\x94\xB0"}, "ISO_IR 100");
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK(error.hint().find("ISO_IR 192") != std::string::npos);
    }
}

TEST_CASE("values are padded to even length")
{
    CHECK(with({"PatientID=123"}).find(tags::patient_id)->value == "123 ");
    CHECK(with({"StudyInstanceUID=1.2"}).find(tags::study_instance_uid)->value ==
          std::string("1.2\0", 4));
}
