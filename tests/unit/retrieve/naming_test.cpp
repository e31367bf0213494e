#include "retrieve/naming.hpp"

#include "base/error.hpp"
#include "catch.hpp"

using namespace pacs;
using namespace pacs::retrieve;

namespace {

dicom::DataSet header()
{
    dicom::DataSet header;
    header.set_text(dicom::tags::sop_class_uid, "1.2.840.10008.5.1.4.1.1.2", dicom::Vr::UI);
    header.set_text(dicom::tags::sop_instance_uid, "1.2.3.4", dicom::Vr::UI);
    header.set_text(dicom::tags::study_instance_uid, "1.2", dicom::Vr::UI);
    header.set_text(dicom::tags::series_instance_uid, "1.2.3", dicom::Vr::UI);
    header.set_text(dicom::tags::patient_id, "P 1", dicom::Vr::LO);
    header.set_text(dicom::Tag{0x0008, 0x0060}, "CT", dicom::Vr::CS);
    header.set_text(dicom::Tag{0x0020, 0x0013}, "17", dicom::Vr::IS);
    return header;
}

bool is_refused(std::string_view text)
{
    try {
        const Naming naming{text};
        return false;
    } catch (const Error& error) {
        return error.kind() == ErrorKind::usage;
    }
}

std::string named(std::string_view text, dicom::Tag tag, const std::string& value)
{
    auto all = header();
    all.set_text(tag, value);
    return Naming{text}.name_of(all);
}

}  // namespace

TEST_CASE("the usual name is that of the design's object streams, known by the UIDs alone")
{
    const Naming naming;
    CHECK(naming.by_uids_only());
    CHECK(naming.name_of(header()) == "1.2/1.2.3/1.2.3.4.dcm");
    CHECK(naming.name_of(storage::InstanceUids{"1.2", "1.2.3", "1.2.3.4"}) ==
          "1.2/1.2.3/1.2.3.4.dcm");
}

TEST_CASE("fields stand between plain characters, and what an object does not have is none")
{
    const Naming naming{"{patient}/{modality}-{accession}/{instance_number}_{instance}.dcm"};
    CHECK_FALSE(naming.by_uids_only());
    CHECK(naming.name_of(header()) == "P_1/CT-none/17_1.2.3.4.dcm");
}

TEST_CASE("no value of an object leads out of the folder, hides a file or breaks a line")
{
    const std::string_view text = "{patient}/{instance}.dcm";
    CHECK(named(text, dicom::tags::patient_id, "..") == "_../1.2.3.4.dcm");
    CHECK(named(text, dicom::tags::patient_id, "../../etc") == "_.._.._etc/1.2.3.4.dcm");
    CHECK(named(text, dicom::tags::patient_id, "/etc/passwd") == "_etc_passwd/1.2.3.4.dcm");
    CHECK(named(text, dicom::tags::patient_id, "a\nb\x1b[2J") == "a_b__2J/1.2.3.4.dcm");
    CHECK(named(text, dicom::tags::patient_id, "\xc3\xa9") == "__/1.2.3.4.dcm");
    CHECK(named(text, dicom::tags::patient_id, ".hidden") == "_.hidden/1.2.3.4.dcm");
    CHECK(named(text, dicom::tags::patient_id, std::string(5000, 'x')) ==
          std::string(64, 'x') + "/1.2.3.4.dcm");
}

TEST_CASE("a part of a name stays within what file systems take")
{
    const auto name = named("{patient}{patient}{patient}/{instance}", dicom::tags::patient_id,
                            std::string(64, 'x'));
    CHECK(name == std::string(128, 'x') + "/1.2.3.4");
}

TEST_CASE("a layout that leads out, hides, or gives two objects one name is a usage error")
{
    for (const char* text :
         {"", "/{instance}", "{instance}/", "a//{instance}", "../{instance}", ".{instance}",
          "a/./{instance}", "{study}/x.dcm", "{instance", "{nothing}/{instance}", "a b/{instance}",
          "{instance}\n", "{Instance}"}) {
        INFO(text);
        CHECK(is_refused(text));
    }
    CHECK_FALSE(is_refused("{series}/IM-{instance}.dcm"));
}
