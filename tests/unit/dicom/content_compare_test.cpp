#include "dicom/content_compare.hpp"

#include "dicom/transcode.hpp"
#include "dicom/uid.hpp"

#include "catch.hpp"
#include "dicom/bytes.hpp"
#include "dicom/images.hpp"
#include "dicom/rich_object.hpp"

#include <string>
#include <vector>

using namespace pacs;
using namespace pacs::dicom;
using namespace pacs::dicom::rich;
using imaging::Image;

namespace {

const TransferSyntax explicit_le{uids::explicit_le};
const TransferSyntax implicit_le{uids::implicit_le};

Content content_of(const std::string& data_set, const TransferSyntax& syntax = explicit_le)
{
    const ReadAt read = read_memory(test::as_bytes(data_set));
    Content content = read_content(read, 0, data_set.size(), syntax);
    REQUIRE(content.digest.defect.empty());
    CHECK(content.digest.sha256 == content_digest(test::as_bytes(data_set), syntax).sha256);
    return content;
}

Content content_of(const DataSet& data_set)
{
    return content_of(encode(data_set, explicit_le));
}

std::vector<ContentDifference> differences(const Content& left, const Content& right)
{
    std::vector<ContentDifference> found;
    compare(left.root, right.root, [&](const ContentDifference& each) { found.push_back(each); });
    CHECK(found.empty() == (left.digest.sha256 == right.digest.sha256));
    return found;
}

std::vector<std::string> told(const DataSet& left, const DataSet& right)
{
    std::vector<std::string> lines;
    for (const ContentDifference& each : differences(content_of(left), content_of(right))) {
        const char* kind = each.kind == ContentDifference::Kind::added     ? "added "
                           : each.kind == ContentDifference::Kind::removed ? "removed "
                                                                           : "changed ";
        lines.push_back(kind + each.path() + ": " + each.left + " | " + each.right);
    }
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("there is a difference exactly when the content digests differ")
{
    const DataSet data = rich_object();
    const Content whole = content_of(data);
    CHECK(differences(whole, whole).empty());
    CHECK(differences(whole, content_of(encode(data, implicit_le), implicit_le)).empty());
    std::size_t changes = 0;
    mutate(data, "", [&](const DataSet& changed, const std::string& what) {
        ++changes;
        INFO(what);
        const auto found = differences(whole, content_of(changed));
        CHECK_FALSE(found.empty());
        CHECK(differences(content_of(changed), whole).size() == found.size());
    });
    CHECK(changes > 500);
}

TEST_CASE("a difference says where it is and what there was")
{
    DataSet left;
    left.set_text(tags::patient_id, "ONE");
    left.set_text(tags::patient_name, "Doe^John");
    left.set_u16(Tag{0x0028, 0x0010}, 512);
    left.put({Tag{0x0042, 0x0011}, Vr::OB, std::string(40, 'a')});
    left.put(sequence(Tag{0x0008, 0x1032}, {code_item("A", "first"), code_item("B", "second")}));
    DataSet right = left;
    right.erase(tags::patient_name);
    right.set_text(tags::patient_id, "TWO");
    right.set_text(Tag{0x0010, 0x0040}, "O");
    right.set_u16(Tag{0x0028, 0x0010}, 256);
    right.put({Tag{0x0042, 0x0011}, Vr::OB, std::string(38, 'a') + "bb"});
    right.put(sequence(Tag{0x0008, 0x1032},
                       {code_item("A", "first"), code_item("B", "other"), DataSet{}}));
    const Lines lines = told(left, right);
    REQUIRE(lines.size() == 7);
    CHECK(lines[0] == "changed ProcedureCodeSequence[2].CodeMeaning: second | other");
    CHECK(lines[1] == "added ProcedureCodeSequence[3]:  | an item of 0 elements");
    CHECK(lines[2] == "removed PatientName: Doe^John | ");
    CHECK(lines[3] == "changed PatientID: ONE | TWO");
    CHECK(lines[4] == "added PatientSex:  | O");
    CHECK(lines[5] == "changed Rows: 512 | 256");
    CHECK_THAT(lines[6], Catch::StartsWith("changed EncapsulatedDocument: 6161616161"));
    CHECK_THAT(lines[6], Catch::Contains("... (40 bytes, SHA-256 "));
}

TEST_CASE("of pixels the frames that differ are told, however they are compressed")
{
    const Image image{.frames = 5};
    DataSet data = imaging::header_of(image);
    std::string pixels = imaging::pixels_of(image);
    data.put({tags::pixel_data, Vr::OW, pixels});
    const std::string original = encode(data, explicit_le);
    const std::size_t frame = pixels.size() / 5;
    pixels[frame + 7] = static_cast<char>(pixels[frame + 7] ^ 1);
    pixels[4 * frame] = static_cast<char>(pixels[4 * frame] ^ 1);
    data.put({tags::pixel_data, Vr::OW, pixels});
    for (const std::string& syntax : imaging::compressed_syntaxes) {
        INFO(syntax);
        const auto packed = convert(test::as_bytes(original), explicit_le, TransferSyntax{syntax});
        const auto found =
            differences(content_of(packed.data_set, TransferSyntax{syntax}), content_of(data));
        REQUIRE(found.size() == 1);
        CHECK(found[0].path() == "PixelData");
        CHECK(found[0].frames == std::vector<std::uint64_t>{2, 5});
        CHECK(found[0].frames_differing == 2);
    }
}

TEST_CASE("a value that is shown in part is cut where a character ends")
{
    DataSet left;
    left.set_text(tags::specific_character_set, "ISO_IR 192");
    DataSet right = left;
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += "\xC3\xBC\xE4\xB8\xAD";
    }
    left.set_text(Tag{0x0010, 0x4000}, text);
    right.set_text(Tag{0x0010, 0x4000}, text + "x");
    const auto found = differences(content_of(left), content_of(right));
    REQUIRE(found.size() == 1);
    CHECK_THAT(found[0].left, Catch::StartsWith(text.substr(0, 100)));
    CHECK_THAT(found[0].left, Catch::Contains("... (500 bytes, SHA-256 "));
    CHECK(found[0].left != found[0].right);
}
