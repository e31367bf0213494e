#include "dicom/header_scan.hpp"

#include "bytes.hpp"
#include "catch.hpp"
#include "dicom/deflate.hpp"
#include "dicom/uid.hpp"

using namespace pacs::dicom;
using namespace pacs::dicom::test;
using Catch::Contains;

namespace {

const TransferSyntax implicit_syntax{uids::implicit_le};
const TransferSyntax explicit_syntax{uids::explicit_le};
const TransferSyntax big_endian_syntax{uids::explicit_be};
const TransferSyntax deflated_syntax{uids::deflated_le};

constexpr std::uint32_t patient_id = 0x00100020;
constexpr std::uint32_t study_id = 0x00200010;
constexpr std::uint32_t image_sequence = 0x00081140;
constexpr std::uint32_t private_value = 0x00111010;
constexpr std::uint32_t pixel_data = 0x7FE00010;

const std::string id = element(patient_id, Vr::LO, "4711");
const std::string study = element(study_id, Vr::SH, "1234");
const std::string implicit_id = element(patient_id, Vr::LO, "4711", implicit_le);
const std::string implicit_study = element(study_id, Vr::SH, "1234", implicit_le);

const std::vector<Tag> wanted_tags{tags::specific_character_set, Tag{patient_id}, Tag{study_id}};

HeaderScanner scan(const std::string& data, const TransferSyntax& syntax = explicit_syntax,
                   const ScanLimits& limits = {}, std::size_t piece = std::string::npos)
{
    HeaderScanner scanner{syntax, wanted_tags, limits};
    for (std::size_t at = 0; at < data.size(); at += std::min(piece, data.size() - at)) {
        scanner.feed(as_bytes(std::string_view{data}.substr(at, piece)));
    }
    scanner.finish();
    return scanner;
}

std::string defect(const std::string& data, const TransferSyntax& syntax = explicit_syntax)
{
    return scan(data, syntax).defect();
}

std::string implicit_defect(const std::string& data)
{
    return defect(data, implicit_syntax);
}

}  // namespace

TEST_CASE("the wanted elements are the same however the bytes are cut into pieces")
{
    const std::string data = element(0x00080005, Vr::CS, "ISO_IR 100") +
                             open_sequence(image_sequence, open_item(id) + item(study)) + id +
                             study + element(0x00280010, Vr::US, bytes({0, 2})) +
                             element(pixel_data, Vr::OW, std::string(1000, 'x'));
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 12U, 13U, 100U, 5000U}) {
        const HeaderScanner scanner = scan(data, explicit_syntax, {}, piece);
        CHECK(scanner.defect().empty());
        CHECK(scanner.header().elements().size() == 3);
        CHECK(scanner.header().text(tags::specific_character_set) == "ISO_IR 100");
        CHECK(scanner.header().text(Tag{patient_id}) == "4711");
        CHECK(scanner.header().text(Tag{study_id}) == "1234");
        CHECK(scanner.has_pixel_data());
        CHECK(scanner.offset() == data.size());
    }
}

TEST_CASE("every layout of PS3.5 is read: implicit, explicit, big endian, deflated")
{
    CHECK(scan(implicit_id, implicit_syntax).header().text(Tag{patient_id}) == "4711");
    CHECK(scan(id, explicit_syntax).header().text(Tag{patient_id}) == "4711");
    CHECK(scan(deflate(id + study), deflated_syntax).header().text(Tag{study_id}) == "1234");
    HeaderScanner big{big_endian_syntax, {Tag{0x00280010}}};
    big.feed(as_bytes(element(0x00280010, Vr::US, bytes({2, 0}), explicit_be)));
    REQUIRE(big.finish());
    CHECK(big.header().u16(Tag{0x00280010}) == 512);
}

TEST_CASE("the header is complete when the tags have passed the last wanted one, not before")
{
    HeaderScanner scanner{explicit_syntax, {Tag{patient_id}, Tag{study_id}}};
    scanner.feed(as_bytes(id));
    CHECK_FALSE(scanner.header_complete());
    scanner.feed(as_bytes(element(0x00280010, Vr::US, bytes({0, 2})).substr(0, 8)));
    CHECK(scanner.header_complete());
    CHECK(HeaderScanner(explicit_syntax, {}).header_complete());
}

TEST_CASE("once complete the header changes no more, and tags out of order are told")
{
    const std::string later = element(0x00280010, Vr::US, bytes({0, 2}));
    const HeaderScanner local = scan(study + id + later);
    CHECK_FALSE(local.late_elements());
    CHECK(local.header().elements().size() == 2);

    const HeaderScanner late = scan(later + id);
    CHECK(late.defect().empty());
    CHECK(late.late_elements());
    CHECK_FALSE(late.header().has(Tag{patient_id}));
}

TEST_CASE("of a repeated element the first counts")
{
    CHECK(scan(id + element(patient_id, Vr::LO, "evil")).header().text(Tag{patient_id}) == "4711");
}

TEST_CASE("an element inside a sequence is never taken for one of the top level")
{
    const HeaderScanner scanner = scan(open_sequence(image_sequence, item(id)) + study);
    CHECK(scanner.defect().empty());
    CHECK_FALSE(scanner.header().has(Tag{patient_id}));
    CHECK(scanner.header().has(Tag{study_id}));
    const HeaderScanner hidden =
        scan(element(image_sequence, Vr::SQ, item(element(pixel_data, Vr::OW, "ab"))));
    CHECK_FALSE(hidden.has_pixel_data());
}

TEST_CASE("a value longer than the limit is left out, and nothing else with it")
{
    ScanLimits limits;
    limits.value_bytes = 4;
    const HeaderScanner scanner =
        scan(element(patient_id, Vr::LO, "123456") + study, explicit_syntax, limits);
    CHECK_FALSE(scanner.header().has(Tag{patient_id}));
    CHECK(scanner.header().has(Tag{study_id}));
}

TEST_CASE("a wanted element of VR UN is kept under the dictionary's VR")
{
    const HeaderScanner scanner = scan(element(patient_id, Vr::UN, "4711 "));
    CHECK(scanner.header().text(Tag{patient_id}) == "4711");
}

TEST_CASE("encapsulated pixel data is walked fragment by fragment")
{
    const std::string fragments = item("") + item("abcd") + item(std::string(3000, 'j'));
    const HeaderScanner scanner =
        scan(id + open_sequence(pixel_data, fragments, explicit_le, Vr::OB));
    CHECK(scanner.defect().empty());
    CHECK(scanner.has_pixel_data());
    CHECK_THAT(defect(header(pixel_data, Vr::OB, undefined_length) + fragments),
               Contains("cut off inside a sequence or its fragments"));
    CHECK_THAT(defect(open_sequence(pixel_data, open_item("abcd"), explicit_le, Vr::OB)),
               Contains("where a fragment of pixel data should be"));
    CHECK(implicit_defect(open_sequence(pixel_data, item("abcd"), implicit_le)).empty());
}

TEST_CASE("a UN of undefined length is a sequence in implicit VR, whatever surrounds it (CP-246)")
{
    const std::string inner = open_item(implicit_id, implicit_le);
    CHECK(defect(open_sequence(private_value, inner, explicit_le, Vr::UN) + study).empty());
    CHECK(defect(header(private_value, Vr::UN, undefined_length, explicit_be) + inner +
                     header(tags::sequence_delimitation.value, Vr::none, 0, implicit_le),
                 big_endian_syntax)
              .empty());
    CHECK_FALSE(
        defect(open_sequence(private_value, open_item(id), explicit_le, Vr::UN) + study).empty());
}

TEST_CASE("truncation is found at every single byte")
{
    const std::string data =
        id + open_sequence(image_sequence, open_item(study) + item(id)) +
        open_sequence(pixel_data, item("") + item("abcd"), explicit_le, Vr::OB);
    for (std::size_t size = 1; size < data.size(); ++size) {
        const bool between_elements = size == id.size() || size == data.size() - 40;
        INFO("cut at " << size);
        CHECK(defect(data.substr(0, size)).empty() == between_elements);
    }
    CHECK(defect(data).empty());
    const std::string deflated = deflate(data);
    for (std::size_t size = 0; size < deflated.size() - 2; ++size) {
        CHECK_FALSE(defect(deflated.substr(0, size), deflated_syntax).empty());
    }
}

TEST_CASE("a defect names tag, offset and what is wrong")
{
    CHECK(defect(id + study.substr(0, 10)) ==
          "(0020,0010) at 12: cut off, 2 bytes of its value are missing");
    CHECK(defect(id + study.substr(0, 3)) ==
          "(0010,0020) at 0: cut off in the header of the element behind it");
}

TEST_CASE("lengths must stay inside what encloses them")
{
    const std::string overrun = header(patient_id, Vr::LO, 6) + "4711";
    CHECK_THAT(defect(element(image_sequence, Vr::SQ, item(overrun)) + study),
               Contains("longer than what encloses it"));
    CHECK_THAT(
        defect(header(image_sequence, Vr::SQ, 20) + header(0xFFFEE000, Vr::none, 16) + id + study),
        Contains("longer than what encloses it"));
    CHECK_THAT(defect(element(image_sequence, Vr::SQ, item(id) + "1234") + study),
               Contains("cut off by the end of what encloses it"));
}

TEST_CASE("delimiters, items and groups where none may be are defects")
{
    const std::string item_end = header(tags::item_delimitation.value, Vr::none, 0);
    const std::string sequence_end = header(tags::sequence_delimitation.value, Vr::none, 0);
    CHECK_FALSE(defect(id + item_end + study).empty());
    CHECK_FALSE(defect(id + sequence_end + study).empty());
    CHECK_FALSE(defect(id + item(study)).empty());
    CHECK_FALSE(defect(header(image_sequence, Vr::SQ, undefined_length) +
                       header(tags::item.value, Vr::none, undefined_length) + id + sequence_end +
                       item_end)
                    .empty());
    CHECK_FALSE(defect(element(image_sequence, Vr::SQ, id)).empty());
    CHECK_FALSE(defect(element(image_sequence, Vr::SQ, item(id + item_end + study))).empty());
    CHECK_THAT(defect(id + element(0x00020010, Vr::UI, "1.2 ")), Contains("(0002,0010) at 12"));
    CHECK_THAT(defect(id + element(0x00000100, Vr::US, "12")),
               Contains("never part of a data set"));
    CHECK_FALSE(
        defect(element(image_sequence, Vr::SQ, item(element(0x00020010, Vr::UI, "1.2 ")))).empty());
    CHECK_FALSE(defect(open_sequence(patient_id, item(id), explicit_le, Vr::UT)).empty());
    CHECK_FALSE(implicit_defect(open_sequence(patient_id, item(""), implicit_le)).empty());
}

TEST_CASE("the sins without harm pass")
{
    const std::string item_end = header(tags::item_delimitation.value, Vr::none, 0);
    const std::string sequence_end = header(tags::sequence_delimitation.value, Vr::none, 0);
    CHECK(defect("").empty());
    CHECK(defect(study + id).empty());
    CHECK(defect(element(patient_id, Vr::LO, "471") + study).empty());
    CHECK(defect(element(image_sequence, Vr::SQ, item(id + item_end) + sequence_end) + study)
              .empty());
    CHECK(defect(header(image_sequence, Vr::SQ, undefined_length) +
                 header(tags::sequence_delimitation.value, Vr::none, 44) + study)
              .empty());
    CHECK(defect(element(image_sequence, Vr::SQ, "") + element(image_sequence, Vr::SQ, item("")))
              .empty());
    CHECK(defect(id + study + element(0xFFFCFFFC, Vr::OB, "\0\0\0\0")).empty());
}

TEST_CASE("zeros behind the data set are padding, anything else there is a defect")
{
    for (const std::size_t count : {2U, 7U, 8U, 9U, 100U}) {
        CHECK(defect(id + std::string(count, '\0')).empty());
    }
    CHECK_FALSE(defect(id + std::string(1, '\0')).empty());
    CHECK_FALSE(defect(id + std::string(100, '\0') + study).empty());
    CHECK_FALSE(defect(std::string(100, '\0')).empty());
}

TEST_CASE("a VR nobody knows has a 32-bit length when it is two capitals, else a 16-bit one")
{
    const std::string capitals = header(private_value, Vr::UN, 4).replace(4, 2, "ZZ") + "abcd";
    CHECK(defect(id + capitals + study).empty());
    for (const std::string_view letters : {std::string_view{"??"}, std::string_view{"  "},
                                           std::string_view{"\0\0", 2}, std::string_view{"zz"}}) {
        std::string data = id;
        data += odd_vr(private_value, letters, "abcd");
        data += study;
        const HeaderScanner scanner = scan(data);
        CHECK(scanner.defect().empty());
        CHECK(scanner.header().has(Tag{study_id}));
        // "px" and its kind are names DCMTK has for itself, with other lengths.
        CHECK(scanner.readers_may_differ() == (letters == "zz"));
    }
}

TEST_CASE("nesting to the limit passes, one deeper does not, in every disguise")
{
    for (const Encoding encoding : {implicit_le, explicit_le}) {
        const TransferSyntax& syntax = encoding.explicit_vr ? explicit_syntax : implicit_syntax;
        CHECK(defect(nested(64, encoding), syntax).empty());
        const HeaderScanner scanner = scan(nested(65, encoding), syntax);
        CHECK(scanner.too_deep());
        CHECK_THAT(scanner.defect(), Contains("nested deeper than 64 sequences"));
        CHECK(scan(nested(10'000, encoding), syntax).too_deep());
    }
    // In a private value of defined length, which DCMTK may take for a sequence.
    CHECK(scan(element(private_value, Vr::UN, item(nested(65, implicit_le), implicit_le),
                       implicit_le),
               implicit_syntax)
              .too_deep());
    // In a UN of undefined length.
    CHECK(scan(open_sequence(private_value, open_item(nested(65, implicit_le), implicit_le),
                             explicit_le, Vr::UN))
              .too_deep());
}

TEST_CASE(
    "a private value in implicit VR may be anything, but what only some readers stumble over "
    "is told")
{
    const auto private_element = [](std::string_view value) {
        return element(private_value, Vr::UN, value, implicit_le);
    };
    const HeaderScanner opaque =
        scan(private_element("anything at all") + implicit_study, implicit_syntax);
    CHECK(opaque.defect().empty());
    CHECK_FALSE(opaque.readers_may_differ());
    CHECK(opaque.header().has(Tag{study_id}));

    const HeaderScanner sequence =
        scan(private_element(item(implicit_id, implicit_le)) + implicit_study, implicit_syntax);
    CHECK(sequence.defect().empty());
    CHECK_FALSE(sequence.readers_may_differ());

    const std::string sequence_end =
        header(tags::sequence_delimitation.value, Vr::none, 0, implicit_le);
    for (const std::string& value :
         {item(id), item("abc"), header(tags::item.value, Vr::none, 5000, implicit_le),
          sequence_end + "12345678", item(implicit_id, implicit_le) + "1234",
          open_item(header(patient_id, Vr::LO, 5000, implicit_le), implicit_le)}) {
        const HeaderScanner odd = scan(private_element(value) + implicit_study, implicit_syntax);
        CHECK(odd.defect().empty());
        CHECK(odd.readers_may_differ());
        CHECK(odd.header().has(Tag{study_id}));
    }
}

TEST_CASE("too many elements are a defect, not a long wait")
{
    ScanLimits limits;
    limits.elements = 10;
    std::string data;
    for (int i = 0; i < 11; ++i) {
        data += id;
    }
    CHECK_THAT(scan(data, explicit_syntax, limits).defect(), Contains("too many elements"));
}

TEST_CASE("a deflated data set may not grow beyond its limits")
{
    const std::string bomb =
        deflate(element(pixel_data, Vr::OB, std::string(std::size_t{8} << 20U, '\0')));
    CHECK(defect(bomb, deflated_syntax).empty());
    ScanLimits size;
    size.inflated_bytes = 1'000'000;
    CHECK_THAT(scan(bomb, deflated_syntax, size).defect(), Contains("inflates beyond the limit"));
    ScanLimits ratio;
    ratio.inflate_ratio = 100;
    CHECK_THAT(scan(bomb, deflated_syntax, ratio).defect(), Contains("inflates beyond the limit"));
    CHECK_THAT(defect("this is no deflate stream", deflated_syntax),
               Contains("not a DEFLATE stream"));
}

TEST_CASE("after a defect all further bytes are ignored")
{
    HeaderScanner scanner{explicit_syntax, wanted_tags};
    CHECK_FALSE(scanner.feed(as_bytes(item(id))));
    const std::string first = scanner.defect();
    CHECK_FALSE(scanner.feed(as_bytes(study)));
    CHECK_FALSE(scanner.finish());
    CHECK(scanner.defect() == first);
    CHECK(scanner.header().empty());
}
