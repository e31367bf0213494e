#include "dicom/part10.hpp"

#include "base/error.hpp"
#include "bytes.hpp"
#include "catch.hpp"
#include "dcmtk_oracle.hpp"
#include "dicom/uid.hpp"

#include <filesystem>
#include <fstream>

using namespace pacs::dicom;
using namespace pacs::dicom::test;
using Catch::Contains;

namespace {

const std::string ct = "1.2.840.10008.5.1.4.1.1.2";
const std::string study = element(0x00080020, Vr::DA, "20240101");
const std::string implicit_study = element(0x00080020, Vr::DA, "20240101", implicit_le);
const std::string preamble(128, '\0');
const std::string preamble_and_prefix = preamble + "DICM";

FileHead read(const std::string& data)
{
    return read_file_head(as_bytes(data));
}

std::string error_of(const std::string& data)
{
    try {
        read(data);
        return {};
    } catch (const pacs::Error& error) {
        CHECK(error.kind() == pacs::ErrorKind::data);
        return error.what();
    }
}

std::string meta(Encoding encoding, std::uint32_t group_length, const char* syntax)
{
    std::string uid{syntax};
    uid.resize(uid.size() + uid.size() % 2);
    std::string length(4, '\0');
    for (int i = 0; i < 4; ++i) {
        const int place = encoding.big_endian ? 3 - i : i;
        length[static_cast<std::size_t>(place)] = static_cast<char>(group_length >> (8 * i));
    }
    return element(0x00020000, Vr::UL, length, encoding) +
           element(0x00020010, Vr::UI, uid, encoding);
}

}  // namespace

TEST_CASE("a head is the same bytes for the same three values, and reads back")
{
    const std::string head = make_file_head(ct, "1.2.3", "1.2.840.10008.1.2.1");
    CHECK(head == make_file_head(ct, "1.2.3", "1.2.840.10008.1.2.1"));
    const FileHead back = read(head + study);
    CHECK(back.preamble);
    CHECK(back.meta_header);
    CHECK_FALSE(back.repaired());
    CHECK(back.data_offset == head.size());
    CHECK(back.syntax.uid() == uids::explicit_le);
    CHECK(back.meta.text(Tag{0x0002, 0x0002}) == ct);
    CHECK(back.meta.text(Tag{0x0002, 0x0003}) == "1.2.3");
    CHECK(back.meta.text(Tag{0x0002, 0x0012}) == implementation_class_uid);
    CHECK(back.meta.find(Tag{0x0002, 0x0001})->value == bytes({0, 1}));
    // PS3.10 7.1: the group length counts from its own end to the end of the group.
    CHECK(back.meta.u32(Tag{0x0002, 0x0000}) == head.size() - 128 - 4 - 12);
}

TEST_CASE("DCMTK opens a file that begins with our head")
{
    const auto path = std::filesystem::temp_directory_path() /
                      ("part10-test-" + std::to_string(getpid()) + ".dcm");
    const std::string data = element(0x00080016, Vr::UI, ct + '\0') + study;
    std::ofstream(path, std::ios::binary)
        << make_file_head(ct, "1.2.3", "1.2.840.10008.1.2.1") << data;
    DcmFileFormat file;
    const bool loaded =
        file.loadFile(path.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_fileOnly)
            .good();
    OFString syntax;
    OFString instance;
    if (loaded) {
        file.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, syntax);
        file.getMetaInfo()->findAndGetOFString(DCM_MediaStorageSOPInstanceUID, instance);
    }
    std::filesystem::remove(path);
    REQUIRE(loaded);
    CHECK(syntax == "1.2.840.10008.1.2.1");
    CHECK(instance == "1.2.3");
}

TEST_CASE("a wrong group length does not matter: the groups tell where the meta header ends")
{
    for (const std::uint32_t length : {0U, 1U, 28U, 5000U, 0xFFFFFFFFU}) {
        const std::string head =
            preamble_and_prefix + meta(explicit_le, length, "1.2.840.10008.1.2");
        const FileHead found = read(head + implicit_study);
        CHECK(found.data_offset == head.size());
        CHECK(found.syntax.uid() == uids::implicit_le);
    }
}

TEST_CASE("a meta header in the wrong encoding is read all the same")
{
    for (const Encoding encoding : {implicit_le, explicit_be}) {
        const std::string head = preamble_and_prefix + meta(encoding, 28, "1.2.840.10008.1.2.2");
        const FileHead found = read(head + study);
        CHECK(found.meta_header);
        CHECK(found.syntax.uid() == uids::explicit_be);
        CHECK(found.data_offset == head.size());
    }
}

TEST_CASE("a file without preamble or meta header is sniffed and counts as repaired")
{
    const std::string big_endian = element(0x00080020, Vr::DA, "20240101", explicit_be);
    struct Case {
        std::string data;
        std::string_view syntax;
        std::size_t offset;
        bool meta_header;
    };
    const std::string bare_meta = meta(explicit_le, 30, "1.2.840.10008.1.2.4.50");
    const std::vector<Case> cases{
        {study, uids::explicit_le, 0, false},
        {implicit_study, uids::implicit_le, 0, false},
        {big_endian, uids::explicit_be, 0, false},
        {preamble_and_prefix + study, uids::explicit_le, 132, false},
        {"DICM" + implicit_study, uids::implicit_le, 4, false},
        {bare_meta + study, "1.2.840.10008.1.2.4.50", bare_meta.size(), true},
        {"DICM" + bare_meta + study, "1.2.840.10008.1.2.4.50", bare_meta.size() + 4, true}};
    for (const Case& c : cases) {
        const FileHead head = read(c.data);
        CHECK(head.repaired());
        CHECK(head.syntax.uid() == c.syntax);
        CHECK(head.data_offset == c.offset);
        CHECK(head.meta_header == c.meta_header);
    }
}

TEST_CASE("a meta header without transfer syntax leaves the data set to speak for itself")
{
    const std::string head = preamble_and_prefix + element(0x00020003, Vr::UI, "1.2.");
    CHECK(read(head + implicit_study).syntax.uid() == uids::implicit_le);
    CHECK(read(head + study).syntax.uid() == uids::explicit_le);
    CHECK_THAT(error_of(head + "nonsense........"), Contains("names no transfer syntax"));
}

TEST_CASE("what is no DICOM file is called that")
{
    for (const std::string& data :
         {std::string{}, std::string{"D"}, std::string{"hello, world, this is text"},
          std::string(200, '\0'), preamble_and_prefix, preamble_and_prefix + "\x01\x02",
          std::string{"%PDF-1.7 ................................"},
          std::string{"\x7F"
                      "ELF\x02\x01\x01"},
          bytes({8, 0, 0x10, 0, 0xFF, 0xFF, 0xFF, 0x7F})}) {
        CHECK_THAT(error_of(data), Contains("not a DICOM file"));
    }
}

TEST_CASE("a meta header that goes on behind what was read is refused")
{
    const std::string head = preamble_and_prefix + header(0x00020102, Vr::OB, 100'000);
    CHECK_FALSE(error_of(head + "abc").empty());
    CHECK_THAT(error_of(preamble_and_prefix + meta(explicit_le, 0, "1.2.840.10008.1.2.1") +
                        header(0x00020102, Vr::OB, 0xFFFFFFFF)),
               Contains("(0002,0102) of the meta header is longer"));
}
