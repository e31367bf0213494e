#include "stream/object_head.hpp"

#include "base/error.hpp"
#include "support.hpp"

#include "catch.hpp"

#include <unistd.h>

#include <string>

using namespace pacs::stream;
using namespace pacs::dicom;

TEST_CASE("the head tells what is needed to send an object, in memory as in a file")
{
    const std::string bytes = test::small_object("2.25.5");
    const test::Scratch scratch;
    const std::string path = scratch.write("a.dcm", bytes);
    for (const bool in_file : {false, true}) {
        const ObjectHead head =
            read_object_head(in_file ? Content::of_file(path) : Content::of_memory(bytes));
        CHECK(head.sop_class_uid == "1.2.840.10008.5.1.4.1.1.7");
        CHECK(head.sop_instance_uid == "2.25.5");
        CHECK(head.study_instance_uid == "2.25.2");
        CHECK(head.series_instance_uid == "2.25.3");
        CHECK(head.file.syntax.uid() == uids::explicit_le);
        CHECK_FALSE(head.file.repaired());
        CHECK(head.file.data_offset + head.data_size == bytes.size());
    }
}

TEST_CASE("an object without preamble or meta header is read and called repaired")
{
    for (const std::string_view syntax : {uids::implicit_le, uids::explicit_le}) {
        const std::string bytes = encode(test::small_data("2.25.6"), TransferSyntax{syntax});
        const ObjectHead head = read_object_head(Content::of_memory(bytes));
        CHECK(head.file.repaired());
        CHECK(head.file.syntax.uid() == syntax);
        CHECK(head.sop_instance_uid == "2.25.6");
        CHECK(head.data_size == bytes.size());
    }
}

TEST_CASE("UIDs that come after the first 64 KiB are found")
{
    DataSet data = test::small_data("2.25.8");
    data.put({Tag{0x0009, 0x0010}, Vr::LO, "OURS"});
    data.put({Tag{0x0009, 0x1001}, Vr::OB, std::string(200'000, 'x')});
    const std::string bytes =
        make_file_head("1.2.840.10008.5.1.4.1.1.7", "2.25.8", std::string{uids::explicit_le}) +
        encode(data, TransferSyntax{uids::explicit_le});
    const ObjectHead head = read_object_head(Content::of_memory(bytes));
    CHECK(head.series_instance_uid == "2.25.3");
}

TEST_CASE("UIDs missing in the data set come from the meta header")
{
    DataSet data;
    data.set_text(tags::patient_id, "TEST");
    const std::string bytes =
        make_file_head("1.2.840.10008.5.1.4.1.1.7", "2.25.11", std::string{uids::explicit_le}) +
        encode(data, TransferSyntax{uids::explicit_le});
    const ObjectHead head = read_object_head(Content::of_memory(bytes));
    CHECK(head.sop_instance_uid == "2.25.11");
    CHECK(head.study_instance_uid.empty());
}

TEST_CASE("what is no object says why")
{
    const auto head_of = [](const std::string& bytes) {
        return read_object_head(Content::of_memory(bytes));
    };
    CHECK_THROWS_WITH(head_of("hello"), Catch::Contains("not a DICOM file"));
    CHECK_THROWS_WITH(head_of(""), Catch::Contains("not a DICOM file"));
    const std::string directory =
        make_file_head("1.2.840.10008.1.3.10", "2.25.1", std::string{uids::explicit_le}) +
        std::string(
            "\x04\0\x30\x11"
            "CS\x04\0TEST",
            12);
    CHECK_THROWS_WITH(head_of(directory), Catch::Contains("DICOMDIR"));
    DataSet data;
    data.set_text(tags::sop_class_uid, "1.2.3");
    data.set_text(tags::sop_instance_uid, "../../etc");
    CHECK_THROWS_WITH(head_of(encode(data, TransferSyntax{})), Catch::Contains("no valid UID"));
}

TEST_CASE("a defect anywhere in the object is found, a sound one has none")
{
    const std::string sound = test::small_object("2.25.5");
    for (const bool cut : {false, true}) {
        const Content content = Content::of_memory(cut ? sound.substr(0, sound.size() - 3) : sound);
        CHECK(find_defect(content, read_object_head(content)).empty() == !cut);
    }
}

TEST_CASE("a spool gives back what went in, whatever its size")
{
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{5000}}) {
        Spool spool{100};
        const std::string bytes(size, 's');
        for (std::size_t at = 0; at < size; at += 7) {
            spool.append(test::bytes_of(bytes).subspan(at, std::min<std::size_t>(7, size - at)));
        }
        const Content content = spool.finish("x");
        CHECK(content.size() == size);
        CHECK((content.fd() >= 0) == (size > 100));
        CHECK(content.read_from(0) == bytes);
    }
}

TEST_CASE(
    "a file that was loaded is read from memory, and from the file again when it was unloaded")
{
    Spool spool{0};
    spool.append(test::bytes_of("old bytes"));
    Content content = spool.finish("x");
    REQUIRE(content.fd() >= 0);
    CHECK(content.memory().empty());
    content.load();
    REQUIRE(::pwrite(content.fd(), "new", 3, 0) == 3);
    CHECK(content.memory().size() == 9);
    CHECK(content.read_from(0) == "old bytes");
    content.unload();
    CHECK(content.memory().empty());
    CHECK(content.read_from(0) == "new bytes");
}

TEST_CASE(
    "a file that became shorter cannot be loaded, and bytes without a file are never unloaded")
{
    Spool spool{0};
    spool.append(test::bytes_of("old bytes"));
    Content content = spool.finish("x");
    REQUIRE(::ftruncate(content.fd(), 3) == 0);
    CHECK_THROWS_AS(content.load(), pacs::Error);
    Content memory = Content::of_memory("kept");
    memory.load();
    memory.unload();
    CHECK(memory.read_from(0) == "kept");
}
