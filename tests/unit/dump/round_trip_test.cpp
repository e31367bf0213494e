// Objects to DICOM JSON and back: every VR, every way a data set is laid out.

#include "catch.hpp"

#include "dicom/data_set.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"
#include "dump/dump.hpp"
#include "dump/object_maker.hpp"

#include <cstring>
#include <limits>
#include <string>

using namespace pacs;
using dicom::DataSet;
using dicom::Element;
using dicom::Tag;
using dicom::TransferSyntax;
using dicom::Vr;

namespace {

template <typename T>
std::string bytes_of(std::initializer_list<T> values)
{
    std::string bytes;
    for (const T value : values) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    return bytes;
}

/// A private element (0009,xx) of any VR.
void put(DataSet& set, std::uint16_t element, Vr vr, const std::string& value)
{
    set.put(Element{Tag{0x0009, element}, vr, value});
}

/// One element at least of each VR of PS3.5 6.2, with its extremes.
DataSet every_vr()
{
    DataSet set;
    set.set_text(dicom::tags::specific_character_set, "ISO_IR 192");
    set.set_text(dicom::tags::sop_class_uid, "1.2.840.10008.5.1.4.1.1.7");
    set.set_text(dicom::tags::sop_instance_uid, "1.2.3");
    set.set_text(Tag{0x0009, 0x0010}, "INVENTED", Vr::LO);
    put(set, 0x1001, Vr::AE, "TITLE");
    put(set, 0x1002, Vr::AS, "042Y");
    put(set, 0x1003, Vr::AT, bytes_of<std::uint16_t>({0x0018, 0x00FF, 0x7FE0, 0x0010}));
    put(set, 0x1004, Vr::CS, "A\\\\B");
    put(set, 0x1005, Vr::DA, "20240229");
    put(set, 0x1006, Vr::DS, "1.50\\-0\\1E5\\+3\\007\\.5\\0.33333333333333331483");
    put(set, 0x1007, Vr::DT, "20240229120000.123456+0100");
    using Float = std::numeric_limits<float>;
    using Double = std::numeric_limits<double>;
    put(set, 0x1008, Vr::FL,
        bytes_of<float>({0.1F, -0.0F, Float::max(), Float::denorm_min(), Float::infinity(),
                         -Float::infinity(), Float::quiet_NaN()}));
    put(set, 0x1009, Vr::FD,
        bytes_of<double>(
            {0.1, Double::max(), Double::denorm_min(), -Double::infinity(), Double::quiet_NaN()}));
    put(set, 0x100A, Vr::IS, "12\\\\-5\\007\\+1\\2147483648");
    put(set, 0x100B, Vr::LO, "\xC3\xA4\\b");
    put(set, 0x100C, Vr::LT, "two\r\nlines \\ and a backslash");
    put(set, 0x100D, Vr::OB, std::string("\0\1\2\377", 4));
    put(set, 0x100E, Vr::OD, bytes_of<double>({1.5, Double::quiet_NaN()}));
    put(set, 0x100F, Vr::OF, bytes_of<float>({1.5F}));
    put(set, 0x1010, Vr::OL, bytes_of<std::uint32_t>({1, 0xFFFF'FFFF}));
    put(set, 0x1011, Vr::OV, bytes_of<std::uint64_t>({1, ~0ULL}));
    put(set, 0x1012, Vr::OW, bytes_of<std::uint16_t>({0x0102, 0xFFFE}));
    put(set, 0x1013, Vr::PN, "A^B=\xE5\xB1\xB1=\xE3\x82\x84\\\\==X^^");
    put(set, 0x1014, Vr::SH, "s");
    put(set, 0x1015, Vr::SL,
        bytes_of<std::int32_t>({-1, std::numeric_limits<std::int32_t>::min()}));
    put(set, 0x1016, Vr::SS, bytes_of<std::int16_t>({-1, -32768, 32767, 0}));
    put(set, 0x1017, Vr::ST, " leading");
    put(set, 0x1018, Vr::SV,
        bytes_of<std::int64_t>({std::numeric_limits<std::int64_t>::min(), 9007199254740993, -1}));
    put(set, 0x1019, Vr::TM, "1200");
    put(set, 0x101A, Vr::UC, "one\\two");
    put(set, 0x101B, Vr::UI, std::string("1.2.3\\4.5", 9) + '\0');
    put(set, 0x101C, Vr::UL, bytes_of<std::uint32_t>({0, 0xFFFF'FFFF}));
    put(set, 0x101D, Vr::UN, std::string("UN\0\1", 4));
    put(set, 0x101E, Vr::UR, "http://a/\\b");
    put(set, 0x101F, Vr::US, bytes_of<std::uint16_t>({0, 0xFFFF}));
    put(set, 0x1020, Vr::UT, std::string(100'000, 'x'));
    put(set, 0x1021, Vr::UV, bytes_of<std::uint64_t>({~0ULL, 9007199254740992, 9007199254740993}));
    for (const Vr vr : {Vr::LO, Vr::PN, Vr::DS, Vr::US, Vr::OB, Vr::UN, Vr::SQ}) {
        put(set, static_cast<std::uint16_t>(0x1100 + static_cast<unsigned>(vr) % 256), vr, "");
    }
    Element sequence{Tag{0x0040, 0x0275}, Vr::SQ, ""};
    DataSet item;
    item.set_text(Tag{0x0040, 0x0009}, "ID");
    Element inner{Tag{0x0040, 0x0008}, Vr::SQ, ""};
    inner.items = {DataSet{}, item};
    item.put(inner);
    sequence.items = {item, DataSet{}, item};
    set.put(sequence);
    return set;
}

std::string file_of(const DataSet& set, std::string_view syntax)
{
    return dicom::make_file_head("1.2.840.10008.5.1.4.1.1.7", "1.2.3", std::string{syntax}) +
           dicom::encode(set, TransferSyntax{syntax});
}

dump::Dumped dumped(const std::string& file, dump::Shape shape, bool meta = false)
{
    stream::Item item;
    item.name = "memory";
    item.content = stream::Content::of_memory(file);
    dump::DumpOptions options;
    options.shape = shape;
    options.meta = meta;
    return dump::dump(item, options);
}

std::string json_of(const std::string& file)
{
    const auto result = dumped(file, dump::Shape::dicom_json, true);
    REQUIRE(result.complaint.empty());
    return result.text;
}

/// The data set of the file that is made from DICOM JSON.
std::string made_of(const std::string& json)
{
    const dump::BulkSource nowhere;
    const auto made = dump::ObjectMaker{nowhere, ""}.make(json);
    return made.content.read_from(0);
}

/// What a value is once it is even, as on the wire.
DataSet normalized(const DataSet& set)
{
    const TransferSyntax plain{dicom::uids::explicit_le};
    const std::string bytes = dicom::encode(set, plain);
    return dicom::decode(std::as_bytes(std::span{bytes}), plain);
}

DataSet data_set_of(const std::string& file)
{
    const auto bytes = std::as_bytes(std::span{file});
    const auto head = dicom::read_file_head(bytes);
    return dicom::decode(bytes.subspan(head.data_offset), head.syntax);
}

void check_same(const DataSet& there, const DataSet& back, const std::string& path = {})
{
    REQUIRE(there.elements().size() == back.elements().size());
    for (std::size_t i = 0; i < there.elements().size(); ++i) {
        const Element& a = there.elements()[i];
        const Element& b = back.elements()[i];
        CAPTURE(path, a.tag.hex());
        CHECK(a.tag == b.tag);
        CHECK(a.vr == b.vr);
        CHECK((a.value == b.value));
        REQUIRE(a.items.size() == b.items.size());
        for (std::size_t item = 0; item < a.items.size(); ++item) {
            check_same(a.items[item], b.items[item], path + a.tag.hex() + ".");
        }
    }
}

}  // namespace

TEST_CASE("an object with every VR comes back from DICOM JSON byte by byte")
{
    for (const auto syntax :
         {dicom::uids::explicit_le, dicom::uids::explicit_be, dicom::uids::deflated_le}) {
        CAPTURE(std::string{syntax});
        const std::string there = file_of(every_vr(), syntax);
        const std::string back = made_of(json_of(there));
        check_same(normalized(every_vr()), normalized(data_set_of(back)));
        CHECK(data_set_of(back).elements().size() == data_set_of(there).elements().size());
        CHECK((there == back));  // without the bytes in the report
    }
}

TEST_CASE("DICOM JSON made from what came back is the same DICOM JSON")
{
    const std::string json = json_of(file_of(every_vr(), dicom::uids::explicit_le));
    CHECK((json_of(made_of(json)) == json));
    const std::string implicit = json_of(file_of(every_vr(), dicom::uids::implicit_le));
    CHECK((json_of(made_of(implicit)) == implicit));
}

TEST_CASE("what JSON has no number for is text, and long integers are too")
{
    const std::string json = json_of(file_of(every_vr(), dicom::uids::explicit_le));
    const auto has = [&](const char* text) { return json.find(text) != std::string::npos; };
    CHECK(has(
        R"("00091006":{"vr":"DS","Value":[1.50,-0,1E5,"+3","007",".5","0.33333333333333331483"]})"));
    CHECK(has(R"("Infinity","-Infinity","NaN"]})"));
    CHECK(has(R"("0009100A":{"vr":"IS","Value":[12,null,-5,"007","+1",2147483648]})"));
    CHECK(has(R"("00091018":{"vr":"SV","Value":["-9223372036854775808","9007199254740993",-1]})"));
    CHECK(has(
        R"("00091021":{"vr":"UV","Value":["18446744073709551615",9007199254740992,"9007199254740993"]})"));
    CHECK(has(R"("00091003":{"vr":"AT","Value":["001800FF","7FE00010"]})"));
    CHECK(has(R"("Value":[{"Alphabetic":"A^B","Ideographic":")"));
    CHECK(has(R"(null,{"Phonetic":"X^^"}]})"));
    CHECK(has(R"("00400275":{"vr":"SQ","Value":[{"00400008":{"vr":"SQ","Value":[{},{"00400009")"));
    CHECK(has(R"("0009114F":{"vr":"LO"})"));
}

TEST_CASE("fragments of encapsulated pixel data come back as fragments, in icons too")
{
    const std::string fragments{"\xFE\xFF\x00\xE0\0\0\0\0\xFE\xFF\x00\xE0\4\0\0\0abcd", 20};
    DataSet set = every_vr();
    Element pixels{dicom::tags::pixel_data, Vr::OB, fragments};
    pixels.fragments = true;
    DataSet icon;
    icon.put(pixels);
    Element sequence{Tag{0x0088, 0x0200}, Vr::SQ, ""};
    sequence.items = {icon};
    set.put(sequence);
    set.put(pixels);
    const std::string there = file_of(set, "1.2.840.10008.1.2.5");
    CHECK((made_of(json_of(there)) == there));

    const std::string without = dumped(there, dump::Shape::dicom_json, false).text;
    CHECK_THROWS_AS(made_of(without), dump::MakeError);
}

TEST_CASE("native pixel data that looks like fragments stays native in a native transfer syntax")
{
    DataSet set = every_vr();
    set.put({dicom::tags::pixel_data, Vr::OW, std::string{"\xFE\xFF\x00\xE0\4\0\0\0abcd", 12}});
    const std::string there = file_of(set, dicom::uids::explicit_le);
    CHECK((made_of(json_of(there)) == there));
}

TEST_CASE("text in another character set comes back as UTF-8 and says so")
{
    DataSet set = every_vr();
    set.set_text(dicom::tags::specific_character_set, "ISO_IR 100");
    set.put({Tag{0x0009, 0x100B}, Vr::LO, "M\xFCller"});
    set.put({Tag{0x0009, 0x1013}, Vr::PN, "M\xFCller^J"});
    const DataSet back = data_set_of(made_of(json_of(file_of(set, dicom::uids::explicit_le))));
    CHECK(back.text(dicom::tags::specific_character_set) == "ISO_IR 192");
    CHECK(back.text(Tag{0x0009, 0x100B}) == "M\xC3\xBCller");
    CHECK(back.text(Tag{0x0009, 0x1013}) == "M\xC3\xBCller^J");
}
