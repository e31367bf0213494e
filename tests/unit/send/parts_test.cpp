#include "base/retry.hpp"
#include "send/coercion.hpp"
#include "send/done.hpp"
#include "send/stored_record.hpp"

#include "base/error.hpp"
#include "stream/support.hpp"

#include "catch.hpp"

#include <string>

using namespace pacs::send;
using namespace std::chrono_literals;
using pacs::back_off;
using pacs::Error;
using pacs::RetryPolicy;

TEST_CASE("waits double up to a minute, between half and whole by chance")
{
    const RetryPolicy policy{3, 1s};
    CHECK(back_off(policy, 1, 1) == 1s);
    CHECK(back_off(policy, 1, 0) == 500ms);
    CHECK(back_off(policy, 3, 1) == 4s);
    CHECK(back_off(policy, 1000, 1) == 60s);
    CHECK(back_off({3, 10min}, 1, 1) == 60s);
    CHECK(back_off({3, 0s}, 5, 1) == 0s);
}

TEST_CASE("settings are read by keyword and tag, and told in records")
{
    const Coercion coercion{{"PatientID=A=B", "(0010,0010)=M\xc3\xbcller", "00080050="}};
    CHECK(*coercion.value_of(pacs::dicom::tags::patient_id) == "A=B");
    CHECK(coercion.value_of(pacs::dicom::tags::pixel_data) == nullptr);
    CHECK(coercion.json() ==
          "{\"PatientID\":\"A=B\",\"PatientName\":\"M\xc3\xbcller\",\"AccessionNumber\":\"\"}");
}

TEST_CASE("text is set in the object's own character set, or not at all")
{
    const Coercion coercion{{"PatientName=M\xc3\xbcller", "PatientID=1"}};
    CHECK(coercion.edits_for("ISO_IR 100")[0].value == "M\xfcller");
    CHECK(coercion.edits_for("ISO_IR 192")[0].value == "M\xc3\xbcller");
    CHECK_THROWS_WITH(coercion.edits_for(""), Catch::Contains("ISO_IR 6"));
}

TEST_CASE("what cannot be set is a usage error")
{
    Coercion coercion{{"PatientID=1"}};
    for (const char* text : {"PatientID=2", "PatientID", "NoSuchKey=1", "StudyDate=soon",
                             "SOPInstanceUID=1.2", "PixelData=x", "=x", ""}) {
        INFO(text);
        CHECK_THROWS_AS(coercion.add(text), Error);
    }
}

TEST_CASE("a record of success at the same node is done, no other is")
{
    pacs::stream::RecordReader reader;
    const auto done = [&reader](const std::string& line) {
        return is_stored_record(reader.parse(line), "@new");
    };
    CHECK(done(R"({"type":"stored","outcome":"ok","node":"@new"})"));
    CHECK(done(R"({"type":"stored","outcome":"warning","node":"@new"})"));
    CHECK(done(R"({"type":"stored","outcome":"skipped","reason":"exists","node":"@new"})"));
    CHECK(done(R"({"type":"stored","outcome":"skipped","reason":"already_stored","node":"@new"})"));
    CHECK_FALSE(
        done(R"({"type":"stored","outcome":"skipped","reason":"not_dicom","node":"@new"})"));
    CHECK_FALSE(done(R"({"type":"stored","outcome":"failed","node":"@new"})"));
    CHECK_FALSE(done(R"({"type":"stored","outcome":"ok","node":"@old"})"));
    CHECK_FALSE(done(R"({"type":"planned","outcome":"ok","node":"@new"})"));
    CHECK_FALSE(done("/a/path"));
}

TEST_CASE("the records of a killed run are read up to the line that was cut")
{
    const test::Scratch scratch;
    const std::string good =
        R"({"type":"stored","outcome":"ok","SOPInstanceUID":"2.25.1","node":"n"})"
        "\n";
    pacs::stream::DoneList done = stored_before("n", {});
    done.read(scratch.write("cut", good + R"({"type":"stored","outcome":"ok","SOPInst)"));
    CHECK(done.size() == 1);
    CHECK(done.holds("2.25.1"));
    CHECK_FALSE(done.holds("2.25.2"));
    CHECK_THROWS_AS(done.read(scratch.write("broken", "{broken\n" + good)), Error);
    CHECK_THROWS_AS(done.read(scratch.path() / "absent"), Error);
}

TEST_CASE("a record keeps what it came with, and what this run knows replaces what it knew")
{
    Parcel parcel;
    parcel.item.path = "/a.dcm";
    parcel.item.members = {
        {"type", "\"instance\""}, {"mine", "[1,2]"}, {"size", "1"}, {"SOPInstanceUID", "\"9\""}};
    parcel.head.sop_class_uid = "1.2";
    parcel.head.sop_instance_uid = "2.25.1";
    parcel.head.study_instance_uid = "2.25.2";
    parcel.content = pacs::stream::Content::of_memory("1234");
    const Coercion coercion{{"StudyInstanceUID=2.25.7"}};
    Report report{.outcome = pacs::Outcome::warning, .reason = "status"};
    report.status = pacs::net::Status{0xB000};
    report.transfer_syntax = "1.2.840.10008.1.2";
    report.converted = true;
    CHECK(stored_record({"stored", "@new", &coercion}, parcel, report).str() ==
          R"({"type":"stored","outcome":"warning","reason":"status","status":"B000",)"
          R"("path":"/a.dcm","SOPClassUID":"1.2","SOPInstanceUID":"2.25.1",)"
          R"("StudyInstanceUID":"2.25.7","size":4,"node":"@new",)"
          R"("transfer_syntax":"1.2.840.10008.1.2","converted_from":"1.2.840.10008.1.2",)"
          R"("set":{"StudyInstanceUID":"2.25.7"},"mine":[1,2]})"
          "\n");
}

TEST_CASE("an item that never became an object keeps all it came with")
{
    pacs::stream::Item item;
    item.state = pacs::stream::Item::State::skipped;
    item.reason = "already_stored";
    item.path = "/a\x1b.dcm";
    item.members = {{"type", "\"stored\""}, {"SOPInstanceUID", "\"2.25.1\""}, {"node", "\"x\""}};
    CHECK(item_record({"stored", "@new", nullptr}, item).str() ==
          R"({"type":"stored","outcome":"skipped","reason":"already_stored","path":"/a\u001b.dcm",)"
          R"("node":"@new","SOPInstanceUID":"2.25.1"})"
          "\n");
}
