#include "dicom/data_set.hpp"

#include "base/error.hpp"
#include "bytes.hpp"
#include "catch.hpp"
#include "dcmtk_oracle.hpp"
#include "dicom/deflate.hpp"
#include "dicom/uid.hpp"

using namespace pacs::dicom;
using namespace pacs::dicom::test;
using Catch::Contains;

namespace {

constexpr std::uint32_t patient_id = 0x00100020;
constexpr std::uint32_t rows = 0x00280010;
constexpr std::uint32_t image_sequence = 0x00081140;
constexpr std::uint32_t private_value = 0x00111010;
constexpr std::uint32_t pixel_data = 0x7FE00010;

const std::vector<TransferSyntax> syntaxes{
    TransferSyntax{uids::implicit_le}, TransferSyntax{uids::explicit_le},
    TransferSyntax{uids::explicit_be}, TransferSyntax{uids::deflated_le}};
const TransferSyntax& explicit_syntax = syntaxes[1];

DataSet sample()
{
    DataSet item;
    item.set_text(tags::sop_instance_uid, "1.2.3");
    item.set_u16(Tag{rows}, 512);
    Element sequence{Tag{image_sequence}, Vr::SQ, {}};
    sequence.items = {item, DataSet{}};
    DataSet data_set;
    data_set.set_text(tags::patient_name, "Doe^John");
    data_set.set_text(Tag{patient_id}, "471");
    data_set.set_u32(Tag{0x0018, 0x6016}, 0x01020304);
    data_set.put(sequence);
    data_set.put(Element{Tag{0x0018, 0x9087}, Vr::FD, bytes({1, 2, 3, 4, 5, 6, 7, 8})});
    data_set.put(Element{Tag{private_value}, Vr::UN, "ab"});
    return data_set;
}

bool same(const DataSet& a, const DataSet& b);

bool same(const Element& a, const Element& b)
{
    return a.tag == b.tag && a.vr == b.vr && a.value == b.value &&
           std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                      [](const DataSet& x, const DataSet& y) { return same(x, y); });
}

bool same(const DataSet& a, const DataSet& b)
{
    return std::equal(a.elements().begin(), a.elements().end(), b.elements().begin(),
                      b.elements().end(),
                      [](const Element& x, const Element& y) { return same(x, y); });
}

std::string error_of(const std::string& data, const TransferSyntax& syntax = explicit_syntax,
                     const DecodeLimits& limits = {})
{
    try {
        decode(as_bytes(data), syntax, limits);
        return {};
    } catch (const pacs::Error& error) {
        CHECK(error.kind() == pacs::ErrorKind::data);
        return error.what();
    }
}

}  // namespace

TEST_CASE("a data set comes back the same from every transfer syntax")
{
    for (const TransferSyntax& syntax : syntaxes) {
        INFO(syntax.uid());
        const std::string encoded = encode(sample(), syntax);
        CHECK(encoded.size() % 2 == 0);
        CHECK(same(decode(as_bytes(encoded), syntax), sample()));
    }
}

TEST_CASE("zeros behind a data set are no elements, and nothing else may follow them")
{
    for (const TransferSyntax& syntax : syntaxes) {
        if (syntax.deflated()) {
            continue;
        }
        INFO(syntax.uid());
        const std::string encoded = encode(sample(), syntax);
        for (const std::size_t zeros : {8U, 12U, 64U, 1001U}) {
            const std::string padded = encoded + std::string(zeros, '\0');
            CHECK(same(decode(as_bytes(padded), syntax), sample()));
        }
        CHECK(error_of(encoded + std::string(64, '\0') + "x", syntax).find("after the end") !=
              std::string::npos);
    }
}

TEST_CASE("DCMTK reads what was encoded, with the same values")
{
    for (const TransferSyntax& syntax : syntaxes) {
        INFO(syntax.uid());
        DcmtkDataSet oracle{encode(sample(), syntax), syntax};
        REQUIRE(oracle.loaded());
        CHECK(oracle.text(tags::patient_name) == "Doe^John");
        CHECK(oracle.text(Tag{patient_id}) == "471");
        CHECK(oracle.has(Tag{image_sequence}));
    }
}

TEST_CASE("numbers are little endian in memory, whatever the bytes said")
{
    const std::string big = element(0x00280009, Vr::AT, bytes({0, 0x18, 0x10, 0x63}), explicit_be) +
                            element(rows, Vr::US, bytes({2, 1}), explicit_be);
    const DataSet data_set = decode(as_bytes(big), TransferSyntax{uids::explicit_be});
    CHECK(data_set.u16(Tag{rows}) == 0x0201);
    CHECK(data_set.find(Tag{0x00280009})->value == bytes({0x18, 0, 0x63, 0x10}));
    CHECK(encode(data_set, TransferSyntax{uids::explicit_be}) == big);
}

TEST_CASE("sequences of defined and undefined length, nested, mean the same")
{
    const std::string id = element(patient_id, Vr::LO, "4711");
    const std::string defined =
        element(image_sequence, Vr::SQ, item(id + element(image_sequence, Vr::SQ, item(id))));
    const std::string open =
        open_sequence(image_sequence, open_item(id + open_sequence(image_sequence, open_item(id))));
    CHECK(
        same(decode(as_bytes(defined), explicit_syntax), decode(as_bytes(open), explicit_syntax)));
    CHECK(encode(decode(as_bytes(open), explicit_syntax), explicit_syntax) ==
          element(image_sequence, Vr::SQ, item(element(image_sequence, Vr::SQ, item(id)) + id)));
}

TEST_CASE("a UN of undefined length is read as an implicit sequence (CP-246)")
{
    const std::string inner =
        open_item(element(patient_id, Vr::LO, "4711", implicit_le), implicit_le);
    for (const Encoding encoding : {explicit_le, explicit_be}) {
        const std::string data =
            header(private_value, Vr::UN, undefined_length, encoding) + inner +
            header(tags::sequence_delimitation.value, Vr::none, 0, implicit_le);
        const DataSet data_set =
            decode(as_bytes(data), encoding.big_endian ? syntaxes[2] : explicit_syntax);
        const Element* sequence = data_set.find(Tag{private_value});
        REQUIRE(sequence != nullptr);
        CHECK(sequence->vr == Vr::SQ);
        REQUIRE(sequence->items.size() == 1);
        CHECK(sequence->items[0].text(Tag{patient_id}) == "4711");
    }
}

TEST_CASE("a UN gets the dictionary's VR, and a repeated element changes nothing")
{
    const std::string data = element(patient_id, Vr::UN, "4711") +
                             element(patient_id, Vr::LO, "evil") +
                             element(image_sequence, Vr::SQ, item("")) +
                             element(image_sequence, Vr::SQ,
                                     item("") + item(element(image_sequence, Vr::SQ, "") +
                                                     element(image_sequence, Vr::SQ, item(""))));
    const DataSet data_set = decode(as_bytes(data), explicit_syntax);
    CHECK(data_set.find(Tag{patient_id})->vr == Vr::LO);
    CHECK(data_set.text(Tag{patient_id}) == "4711");
    CHECK(data_set.find(Tag{image_sequence})->items.size() == 1);
    const DataSet implicit =
        decode(as_bytes(element(private_value, Vr::UN, "abcd", implicit_le)), TransferSyntax{});
    CHECK(implicit.find(Tag{private_value})->vr == Vr::UN);
}

TEST_CASE("encapsulated pixel data is skipped, what stands behind it is not")
{
    const std::string data =
        open_sequence(pixel_data, item("") + item("abcd"), explicit_le, Vr::OB) +
        element(0xFFFCFFFC, Vr::OB, "12");
    const DataSet data_set = decode(as_bytes(data), explicit_syntax);
    CHECK_FALSE(data_set.has(tags::pixel_data));
    CHECK(data_set.has(Tag{0xFFFCFFFC}));
}

TEST_CASE("hostile bytes are refused with tag and offset")
{
    const std::string id = element(patient_id, Vr::LO, "4711");
    CHECK(error_of(id + id.substr(0, 10)) ==
          "decoding a data set: (0010,0020) at 12: longer than what is left");
    CHECK_THAT(error_of(id.substr(0, 5)), Contains("cut off"));
    CHECK_THAT(error_of(header(pixel_data, Vr::OB, 0xFFFFFFFE)),
               Contains("longer than what is left"));
    CHECK_THAT(error_of(header(image_sequence, Vr::SQ, undefined_length)), Contains("cut off"));
    CHECK_THAT(error_of(element(image_sequence, Vr::SQ, id)), Contains("where an item"));
    CHECK_THAT(error_of(id + item(id)), Contains("delimits nothing"));
    CHECK_THAT(error_of(nested(65)), Contains("nested too deep"));
    CHECK_THAT(error_of(nested(20'000)), Contains("nested too deep"));
    CHECK(error_of(nested(64)).empty());
    CHECK_THAT(error_of(open_sequence(patient_id, item(""), explicit_le, Vr::UT)),
               Contains("undefined length"));
    CHECK_THAT(error_of(header(pixel_data, Vr::OB, undefined_length) + open_item("")),
               Contains("where a fragment"));
    DecodeLimits limits;
    limits.elements = 3;
    CHECK_THAT(error_of(id + id + id + id, explicit_syntax, limits), Contains("too many elements"));
    CHECK(error_of(id + id + id, explicit_syntax, limits).empty());
}

TEST_CASE("every cut of a data set is refused, unless it falls between elements")
{
    const std::string data = encode(sample(), explicit_syntax);
    std::size_t accepted = 0;
    for (std::size_t size = 0; size < data.size(); ++size) {
        accepted += error_of(data.substr(0, size)).empty() ? 1 : 0;
    }
    CHECK(accepted == sample().elements().size());
}

TEST_CASE("a deflated data set is inflated up to its limit and no further")
{
    const TransferSyntax deflated{uids::deflated_le};
    const std::string bomb = deflate(element(patient_id, Vr::UT, std::string(1'000'000, ' ')));
    CHECK(error_of(bomb, deflated).empty());
    DecodeLimits limits;
    limits.inflated_bytes = 100'000;
    CHECK_THAT(error_of(bomb, deflated, limits), Contains("larger than 100000 bytes"));
    CHECK_THAT(error_of("nonsense", deflated), Contains("not a complete DEFLATE stream"));
    CHECK_THAT(error_of(bomb.substr(0, 20), deflated), Contains("not a complete DEFLATE stream"));
    CHECK_THAT(error_of("", deflated), Contains("not a complete DEFLATE stream"));
}

TEST_CASE("a value that its length field cannot hold is refused, not cut")
{
    DataSet data_set;
    data_set.set_text(tags::patient_name, std::string(70'000, 'x'));
    CHECK(encode(data_set, TransferSyntax{}).size() == 70'008);
    CHECK_THROWS_AS(encode(data_set, explicit_syntax), pacs::Error);
}

TEST_CASE("elements stay in order, one for each tag")
{
    DataSet data_set;
    data_set.set_text(Tag{0x0020, 0x0010}, "c");
    data_set.set_text(Tag{0x0008, 0x0050}, "a");
    data_set.set_text(Tag{0x0010, 0x0020}, "b");
    data_set.set_text(Tag{0x0010, 0x0020}, "B");
    REQUIRE(data_set.elements().size() == 3);
    CHECK(data_set.elements()[0].tag == Tag{0x0008, 0x0050});
    CHECK(data_set.text(Tag{0x0010, 0x0020}) == "B");
    data_set.erase(Tag{0x0010, 0x0020});
    data_set.erase(Tag{0x0010, 0x0020});
    CHECK(data_set.elements().size() == 2);
    CHECK_FALSE(data_set.has(Tag{0x0010, 0x0020}));
}

TEST_CASE("text loses the padding of its VR, and only that")
{
    DataSet data_set;
    data_set.put(Element{tags::patient_name, Vr::PN, " Doe "});
    data_set.put(Element{Tag{patient_id}, Vr::LO, " 4711 "});
    data_set.put(Element{tags::sop_instance_uid, Vr::UI, std::string{"1.2\0", 4}});
    data_set.put(Element{Tag{private_value}, Vr::UN, "ab "});
    CHECK(data_set.text(tags::patient_name) == " Doe");
    CHECK(data_set.text(Tag{patient_id}) == "4711");
    CHECK(data_set.text(tags::sop_instance_uid) == "1.2");
    CHECK(data_set.text(Tag{private_value}) == "ab ");
    CHECK(data_set.text(tags::study_instance_uid).empty());
}

TEST_CASE("values part at the backslash where the VR has several")
{
    DataSet data_set;
    data_set.put(Element{Tag{0x0008, 0x0008}, Vr::CS, "ORIGINAL \\ PRIMARY\\\\AXIAL "});
    data_set.put(Element{Tag{0x0008, 0x2111}, Vr::ST, "a\\b"});
    data_set.put(Element{Tag{patient_id}, Vr::LO, "  "});
    CHECK(data_set.texts(Tag{0x0008, 0x0008}) ==
          std::vector<std::string>{"ORIGINAL", "PRIMARY", "", "AXIAL"});
    CHECK(data_set.texts(Tag{0x0008, 0x2111}) == std::vector<std::string>{"a\\b"});
    CHECK(data_set.texts(Tag{patient_id}).empty());
    CHECK(data_set.texts(tags::patient_name).empty());
}

TEST_CASE("numbers are read from text and from binary, and nothing else becomes one")
{
    DataSet data_set;
    const auto integer = [&](Vr vr, const std::string& value) {
        data_set.put(Element{Tag{0x0020, 0x0013}, vr, value});
        return data_set.integer(Tag{0x0020, 0x0013});
    };
    CHECK(integer(Vr::IS, " +42 ") == 42);
    CHECK(integer(Vr::IS, "-7\\8") == -7);
    CHECK_FALSE(integer(Vr::IS, "1.5"));
    CHECK_FALSE(integer(Vr::IS, "+-5"));
    CHECK_FALSE(integer(Vr::IS, ""));
    CHECK_FALSE(integer(Vr::IS, "99999999999999999999"));
    CHECK(integer(Vr::SS, bytes({0xFE, 0xFF})) == -2);
    CHECK(integer(Vr::US, bytes({0xFE, 0xFF})) == 65534);
    CHECK(integer(Vr::SL, bytes({0xFF, 0xFF, 0xFF, 0xFF})) == -1);
    CHECK(integer(Vr::UL, bytes({0xFF, 0xFF, 0xFF, 0xFF})) == 4294967295);
    CHECK(integer(Vr::SV, std::string(8, '\xFF')) == -1);
    CHECK_FALSE(integer(Vr::UV, std::string(8, '\xFF')));
    CHECK_FALSE(integer(Vr::US, "1"));
    CHECK_FALSE(integer(Vr::LO, "42"));
    CHECK_FALSE(data_set.integer(tags::patient_id));
    CHECK_FALSE(data_set.u16(tags::patient_id));
    CHECK_FALSE(data_set.u32(tags::patient_id));
    data_set.put(Element{Tag{rows}, Vr::US, "1"});
    CHECK_FALSE(data_set.u16(Tag{rows}));
    CHECK_FALSE(data_set.u32(Tag{rows}));
}
