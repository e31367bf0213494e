#include "catch.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/tag.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/uid.hpp"
#include "dicom/vr.hpp"

#include <set>

using namespace pacs::dicom;

TEST_CASE("attributes are found by tag and by keyword")
{
    const auto name = find_tag(tags::patient_name);
    REQUIRE(name);
    CHECK(name->keyword == "PatientName");
    CHECK(name->vr == Vr::PN);
    CHECK(name->vm == "1");
    CHECK_FALSE(name->retired);
    CHECK(find_keyword("PatientName")->tag == tags::patient_name);
    CHECK(find_keyword("ModalitiesInStudy")->vm == "1-n");
    CHECK(find_tag(Tag{0x0000, 0x0100})->keyword == "CommandField");
    CHECK(find_tag(Tag{0x0008, 0x0001})->retired);
    CHECK_FALSE(find_tag(Tag{0x0009, 0x1001}));
    CHECK_FALSE(find_tag(Tag{0xFFFF, 0xFFFF}));
    CHECK_FALSE(find_keyword("patientname"));
    CHECK_FALSE(find_keyword(""));
    CHECK_FALSE(find_keyword("ZZZ"));
}

TEST_CASE("repeating groups are found by each of their tags, private groups never by them")
{
    CHECK(find_tag(Tag{0x6000, 0x3000})->keyword == "OverlayData");
    CHECK(find_tag(Tag{0x601E, 0x3000})->keyword == "OverlayData");
    CHECK(find_tag(Tag{0x601E, 0x3000})->tag == Tag{0x601E, 0x3000});
    CHECK_FALSE(find_tag(Tag{0x6001, 0x3000}));
    CHECK(find_keyword("OverlayRows")->tag == Tag{0x6000, 0x0010});
    CHECK(find_keyword("SourceImageIDs")->tag == Tag{0x0020, 0x3100});
}

TEST_CASE("every tag has a VR: the dictionary's, or what PS3.5 7 says of the others")
{
    CHECK(vr_of(tags::patient_id) == Vr::LO);
    CHECK(vr_of(Tag{0x5000, 0x2600}) == Vr::SQ);
    CHECK(vr_of(Tag{0x0008, 0x0000}) == Vr::UL);
    CHECK(vr_of(Tag{0x0009, 0x0000}) == Vr::UL);
    CHECK(vr_of(Tag{0x0009, 0x0010}) == Vr::LO);
    CHECK(vr_of(Tag{0x0009, 0x00FF}) == Vr::LO);
    CHECK(vr_of(Tag{0x0009, 0x0100}) == Vr::UN);
    CHECK(vr_of(Tag{0x0008, 0xFFFF}) == Vr::UN);
}

TEST_CASE("a tag is read in each form people write it in, and in no other")
{
    for (const char* const text : {"PatientID", "0010,0020", "(0010,0020)", "00100020"}) {
        CHECK(parse_tag(text) == tags::patient_id);
    }
    CHECK(parse_tag("(7fe0,0010)") == tags::pixel_data);
    for (const char* const text : {"", "0010", "0010-0020", "(0010,0020", "0010,002", "0010,00200",
                                   "0x100020", "+0100020", "001000 0", "Patient ID", "00100g20"}) {
        INFO(text);
        CHECK_FALSE(parse_tag(text));
    }
    CHECK(name_of(tags::patient_id) == "PatientID");
    CHECK(name_of(Tag{0x0009, 0x100A}) == "0009100A");
    CHECK(Tag(0x0009, 0x100A).formatted() == "(0009,100A)");
}

TEST_CASE("the VRs of PS3.5 6.2 are known, by letters and by layout")
{
    CHECK(vr_of("PN") == Vr::PN);
    CHECK(to_string(Vr::UV) == "UV");
    CHECK(vr_of("ZZ") == Vr::none);
    CHECK(vr_of("pn") == Vr::none);
    CHECK(vr_of("P") == Vr::none);
    CHECK(to_string(Vr::none).empty());
    std::string long_ones;
    int known = 0;
    for (char first = 'A'; first <= 'Z'; ++first) {
        for (char second = 'A'; second <= 'Z'; ++second) {
            const Vr vr = vr_of(std::string{first, second});
            known += vr == Vr::none ? 0 : 1;
            long_ones += has_long_length(vr) ? to_string(vr) + " " : "";
        }
    }
    CHECK(known == 34);
    CHECK(long_ones == "OB OD OF OL OV OW SQ SV UC UN UR UT UV ");
    CHECK(unit_bytes(Vr::AT) == 2);
    CHECK(unit_bytes(Vr::FD) == 8);
    CHECK(unit_bytes(Vr::UN) == 1);
    CHECK(is_text(Vr::UR));
    CHECK_FALSE(is_multi_valued_text(Vr::UT));
    CHECK(is_multi_valued_text(Vr::UC));
    CHECK_FALSE(has_character_set(Vr::CS));
    CHECK(has_character_set(Vr::UC));
}

TEST_CASE("a UID is digits and dots, nothing that a path could be made of")
{
    CHECK(is_valid_uid("1.2.840.10008.1.1"));
    CHECK(is_valid_uid("1.02.3"));
    CHECK(is_valid_uid("0"));
    CHECK(is_valid_uid(std::string(64, '1')));
    for (const std::string_view uid :
         {std::string_view{""}, std::string_view{".1"}, std::string_view{"1."},
          std::string_view{"1..2"}, std::string_view{"1.2a"}, std::string_view{"1.2/3"},
          std::string_view{".."}, std::string_view{"1.2 "}, std::string_view{"1.2\0", 4},
          std::string_view{"1.-2"}, std::string_view{"1\n2"}, std::string_view{"１"}}) {
        INFO(uid);
        CHECK_FALSE(is_valid_uid(uid));
    }
    CHECK_FALSE(is_valid_uid(std::string(65, '1')));
}

TEST_CASE("a new UID is valid, under 2.25, without leading zero, and each time another")
{
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string uid = generate_uid();
        CHECK(is_valid_uid(uid));
        CHECK(uid.starts_with("2.25."));
        CHECK(uid[5] != '0');
        CHECK(uid.size() <= 5 + 39);
        seen.insert(uid);
    }
    CHECK(seen.size() == 1000);
}

TEST_CASE("the registry knows names, keywords and what is storage")
{
    CHECK(uid_name("1.2.840.10008.5.1.4.1.1.2") == "CT Image Storage");
    CHECK(uid_keyword("1.2.840.10008.5.1.4.1.1.2") == "CTImageStorage");
    CHECK(uid_name("1.2.3").empty());
    CHECK(uid_of("CTImageStorage") == "1.2.840.10008.5.1.4.1.1.2");
    CHECK(uid_of("ctIMAGEstorage") == "1.2.840.10008.5.1.4.1.1.2");
    CHECK(uid_of("CTImage") == "CTImage");
    CHECK(uid_of("").empty());  // some of the registry have no keyword
    CHECK(is_storage_class("1.2.840.10008.5.1.4.1.1.2"));
    CHECK(is_storage_class("1.2.840.10008.5.1.4.1.1.5"));  // NM, retired
    CHECK(is_storage_class("1.2.840.10008.5.1.4.38.1"));
    CHECK_FALSE(is_storage_class(uids::verification));
    CHECK_FALSE(is_storage_class(uids::study_root_find));
    CHECK_FALSE(is_storage_class("1.2.840.10008.1.3.10"));  // a DICOMDIR is not sent
    CHECK_FALSE(is_storage_class("1.2.3"));
    CHECK(is_valid_uid(implementation_class_uid));
    CHECK(implementation_version_name.size() <= 16);
}

TEST_CASE("a transfer syntax tells how bytes are laid out")
{
    const TransferSyntax implicit;
    CHECK(implicit.uid() == uids::implicit_le);
    CHECK_FALSE(implicit.explicit_vr());
    CHECK(TransferSyntax(uids::explicit_le).explicit_vr());
    CHECK(TransferSyntax(uids::explicit_be).big_endian());
    CHECK(TransferSyntax(uids::deflated_le).deflated());
    CHECK_FALSE(TransferSyntax(uids::deflated_le).encapsulated());
    CHECK(TransferSyntax("1.2.840.10008.1.2.4.50").encapsulated());
    CHECK(TransferSyntax(std::string_view{"1.2.840.10008.1.2.1\0", 20}).known());
    CHECK(TransferSyntax("1.2.840.10008.1.2.1 ") == TransferSyntax(uids::explicit_le));
}

TEST_CASE("a syntax nobody knows is encapsulated explicit little endian and never called lossless")
{
    const TransferSyntax unknown{"1.2.3.4"};
    CHECK_FALSE(unknown.known());
    CHECK(unknown.explicit_vr());
    CHECK(unknown.encapsulated());
    CHECK_FALSE(unknown.big_endian());
    CHECK_FALSE(unknown.lossless());
    const TransferSyntax ge{"1.2.840.113619.5.2"};
    CHECK_FALSE(ge.explicit_vr());
    CHECK_FALSE(ge.encapsulated());
}

TEST_CASE("lossless are just those whose decoding gives the encoded pixels back")
{
    const std::string root = "1.2.840.10008.1.2";
    for (const char* const end : {"", ".1", ".1.98", ".1.99", ".2", ".4.57", ".4.70", ".4.80",
                                  ".4.90", ".4.92", ".4.110", ".4.201", ".4.202", ".5", ".8.1"}) {
        INFO(end);
        CHECK(TransferSyntax(root + end).lossless());
    }
    for (const char* const end : {".4.50", ".4.51", ".4.81", ".4.91", ".4.93", ".4.94", ".4.100",
                                  ".4.111", ".4.112", ".4.203", ".4.204"}) {
        INFO(end);
        CHECK(TransferSyntax(root + end).known());
        CHECK_FALSE(TransferSyntax(root + end).lossless());
    }
}
