#include "dicom/transcode.hpp"

#include "base/error.hpp"
#include "dicom/codestream.hpp"
#include "dicom/data_set.hpp"
#include "dicom/jpeg2000.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include "catch.hpp"
#include "dicom/images.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

using namespace pacs;
using namespace pacs::dicom;
using namespace pacs::dicom::imaging;

namespace {

std::string to_explicit(const std::string& data_set, const std::string& from)
{
    return convert(bytes_of(data_set), TransferSyntax{from}, explicit_le).data_set;
}

std::string pixel_value(const std::string& explicit_data_set)
{
    const DataSet data = decode(bytes_of(explicit_data_set), explicit_le);
    const Element* pixels = data.find(tags::pixel_data);
    return pixels == nullptr ? "none" : pixels->value;
}

/// The first difference of two explicit little endian data sets, empty when there is none. 8-bit
/// pixels may change between OB and OW, which implicit VR cannot tell apart (PS3.5 A.1, A.2).
std::string difference(const std::string& left, const std::string& right)
{
    const DataSet a = decode(bytes_of(left), explicit_le);
    const DataSet b = decode(bytes_of(right), explicit_le);
    for (const Element& element : a.elements()) {
        const Element* other = b.find(element.tag);
        const bool pixels = element.tag == tags::pixel_data;
        if (other == nullptr || other->value != element.value ||
            other->items.size() != element.items.size() || (!pixels && other->vr != element.vr)) {
            return element.tag.formatted();
        }
    }
    return a.elements().size() == b.elements().size() ? "" : "an element was added";
}

/// Colour by plane as colour by pixel.
std::string interleaved(const std::string& planes, const Image& image)
{
    const std::size_t count = std::size_t{image.rows} * image.columns;
    std::string out = planes;
    for (std::size_t i = 0; i < count * 3; ++i) {
        out[i] = planes[(i % 3) * count + i / 3];
    }
    return out;
}

}  // namespace

TEST_CASE("native transfer syntaxes convert into each other and back without a changed byte")
{
    for (const Image& image : images) {
        const std::string original = object_of(image);
        for (const std::string& to : native_syntaxes) {
            INFO(to << " " << image.photometric << " " << image.stored);
            const auto there = convert(bytes_of(original), explicit_le, TransferSyntax{to});
            CHECK_FALSE(there.decoded_lossy);
            CHECK(difference(original, to_explicit(there.data_set, to)).empty());
        }
    }
}

TEST_CASE("every lossless encoding gives back the same object")
{
    for (const Image& image : images) {
        const std::string original = object_of(image);
        for (const std::string& to : compressed_syntaxes) {
            INFO(to << " " << image.photometric << " stored " << image.stored << " of "
                    << image.allocated << " frames " << image.frames);
            const auto there = convert(bytes_of(original), explicit_le, TransferSyntax{to});
            const auto back = convert(bytes_of(there.data_set), TransferSyntax{to}, explicit_le);
            CHECK_FALSE(back.decoded_lossy);
            CHECK(difference(original, back.data_set) == "");
        }
    }
}

TEST_CASE("colour by plane becomes colour by pixel when it is encoded")
{
    const Image image{
        .samples = 3, .allocated = 8, .stored = 8, .planar = true, .photometric = "RGB"};
    const std::string original = object_of(image);
    for (const std::string& to : compressed_syntaxes) {
        INFO(to);
        const auto there = convert(bytes_of(original), explicit_le, TransferSyntax{to});
        const std::string back = to_explicit(there.data_set, to);
        CHECK(decode(bytes_of(back), explicit_le).u16(planar_tag) == 0);
        CHECK((pixel_value(back) == interleaved(pixels_of(image), image)));
    }
}

TEST_CASE("bits above Bits Stored survive every encoding")
{
    const Image image{.stored = 10};
    DataSet data = header_of(image);
    std::string pixels = pixels_of(image);
    for (std::size_t i = 1; i < pixels.size(); i += 2) {
        const auto overlay = static_cast<char>((i % 7) << 4U);  // in bits 12 to 14
        pixels[i] = static_cast<char>(pixels[i] | overlay);
    }
    data.put({tags::pixel_data, Vr::OW, pixels});
    const std::string original = encode(data, explicit_le);
    for (const std::string& to : compressed_syntaxes) {
        INFO(to);
        const auto there = convert(bytes_of(original), explicit_le, TransferSyntax{to});
        CHECK(difference(original, to_explicit(there.data_set, to)).empty());
    }
}

TEST_CASE("JPEG 2000 marks RGB as YBR_RCT, and RGB again when decoded")
{
    const Image image{.samples = 3, .allocated = 8, .stored = 8, .photometric = "RGB"};
    const TransferSyntax to{"1.2.840.10008.1.2.4.90"};
    const auto there = convert(bytes_of(object_of(image)), explicit_le, to);
    CHECK(decode(bytes_of(there.data_set), to).text(photometric_tag) == "YBR_RCT");
    const std::string back = to_explicit(there.data_set, to.uid());
    CHECK(decode(bytes_of(back), explicit_le).text(photometric_tag) == "RGB");
}

TEST_CASE("an encapsulated object goes from one encoding to another")
{
    const std::string original = object_of(Image{.frames = 3});
    std::string now = original;
    std::string from{uids::explicit_le};
    for (const std::string& to : compressed_syntaxes) {
        now = convert(bytes_of(now), TransferSyntax{from}, TransferSyntax{to}).data_set;
        from = to;
    }
    CHECK(difference(original, to_explicit(now, from)).empty());
}

TEST_CASE("an object without pixels takes any transfer syntax")
{
    DataSet data = header_of(Image{});
    const std::string original = encode(data, implicit_le);
    for (const std::string& to : compressed_syntaxes) {
        const auto there = convert(bytes_of(original), implicit_le, TransferSyntax{to});
        CHECK((there.data_set == encode(data, explicit_le)));
    }
}

TEST_CASE("private elements and sequences keep their bytes")
{
    DataSet item;
    item.set_text(Tag{0x0008, 0x0100}, "CODE");
    DataSet data = header_of(Image{});
    data.put({Tag{0x0009, 0x0010}, Vr::LO, "OURS"});
    data.put({Tag{0x0009, 0x1001}, Vr::UN, std::string("\1\2\3\4", 4)});
    Element sequence{Tag{0x0008, 0x1032}, Vr::SQ, ""};
    sequence.items = {item, DataSet{}};
    data.put(std::move(sequence));
    const std::string original = encode(data, explicit_le);
    for (const std::string& to : native_syntaxes) {
        const auto there = convert(bytes_of(original), explicit_le, TransferSyntax{to});
        CHECK(difference(original, to_explicit(there.data_set, to)).empty());
    }
}

TEST_CASE("what cannot be converted without loss is refused")
{
    const TransferSyntax baseline{"1.2.840.10008.1.2.4.50"};
    const TransferSyntax mpeg{"1.2.840.10008.1.2.4.102"};
    const TransferSyntax unknown{"1.2.3.4"};
    CHECK_FALSE(can_convert(explicit_le, baseline));
    CHECK_FALSE(can_convert(explicit_le, TransferSyntax{"1.2.840.10008.1.2.4.81"}));
    CHECK_FALSE(can_convert(mpeg, explicit_le));
    CHECK_FALSE(can_convert(unknown, explicit_le));
    CHECK_FALSE(can_convert(explicit_le, unknown));
    CHECK(can_convert(baseline, explicit_le));
    CHECK(can_convert(unknown, unknown));
    CHECK_THROWS_AS(convert(bytes_of(object_of(Image{})), explicit_le, baseline), Error);
}

TEST_CASE("an image with fewer pixels than it claims is never encoded")
{
    DataSet data = header_of(Image{});
    data.put({tags::pixel_data, Vr::OW, std::string(100, 'x')});
    const std::string cut = encode(data, explicit_le);
    for (const std::string& to : compressed_syntaxes) {
        CHECK_THROWS_WITH(convert(bytes_of(cut), explicit_le, TransferSyntax{to}),
                          Catch::Contains("100 bytes, the image needs 782"));
    }
    CHECK(difference(cut, to_explicit(convert(bytes_of(cut), explicit_le, implicit_le).data_set,
                                      implicit_le.uid()))
              .empty());
}

TEST_CASE("damaged compressed frames are an error, never an image")
{
    for (const std::string& syntax : compressed_syntaxes) {
        const TransferSyntax from{syntax};
        const auto good = convert(bytes_of(object_of(Image{})), explicit_le, from);
        DataSet data = decode(bytes_of(good.data_set), from);
        std::string taller = good.data_set;
        const std::string rows{"\x28\x00\x10\x00US\x02\x00\x11\x00", 10};
        const auto at = taller.find(rows);
        REQUIRE(at != std::string::npos);
        taller[at + 8] = '\x7f';
        INFO(syntax);
        CHECK_THROWS_AS(convert(bytes_of(taller), from, explicit_le), Error);
        taller[at + 9] = '\x7f';
        CHECK_THROWS_AS(convert(bytes_of(taller), from, explicit_le), Error);
    }
}

TEST_CASE("an object that claims more pixels than the limit is refused before they are made")
{
    const Image image{.rows = 600, .columns = 600, .frames = 3};
    const TransferSyntax from{"1.2.840.10008.1.2.4.80"};
    const auto compressed = convert(bytes_of(object_of(image)), explicit_le, from);
    ConvertOptions options;
    options.decoded_bytes = 2'000'000;
    CHECK_THROWS_WITH(convert(bytes_of(compressed.data_set), from, explicit_le, options),
                      Catch::Contains("2160000 bytes, the limit is 2000000"));
}

TEST_CASE("a defective data set never reaches the converter")
{
    std::string cut = object_of(Image{});
    cut.resize(cut.size() - 5);
    CHECK_THROWS_AS(convert(bytes_of(cut), explicit_le, implicit_le), Error);
    // A VR that DCMTK has for itself, with another length.
    const std::string odd = object_of(Image{}) + std::string{"\xE1\x7F\x10\x10px\0\0", 8};
    CHECK_THROWS_WITH(convert(bytes_of(odd), explicit_le, implicit_le),
                      Catch::Contains("readers may differ"));
}

TEST_CASE("edits change what they name and nothing else")
{
    DataSet data = header_of(Image{});
    const std::string original = encode(data, explicit_le);
    ConvertOptions options;
    options.edits = {{tags::patient_id, "NEW"}, {Tag{0x0020, 0x0013}, "7"}, {rows_tag, "17"}};
    const auto changed = convert(bytes_of(original), explicit_le, explicit_le, options);
    data.set_text(tags::patient_id, "NEW");
    data.set_text(Tag{0x0020, 0x0013}, "7");
    CHECK((changed.data_set == encode(data, explicit_le)));
}

TEST_CASE("an edit that its VR does not allow is a usage error")
{
    CHECK_NOTHROW(check_edit({tags::patient_id, "A"}));
    CHECK_NOTHROW(check_edit({tags::patient_id, ""}));
    CHECK_NOTHROW(check_edit({Tag{0x0028, 0x0106}, "5"}));
    CHECK_THROWS_AS(check_edit({Tag{0x0028, 0x0106}, "many"}), Error);
    CHECK_THROWS_AS(check_edit({Tag{0x0008, 0x0020}, "yesterday"}), Error);
    CHECK_THROWS_AS(check_edit({tags::study_instance_uid, "abc"}), Error);
    CHECK_THROWS_AS(check_edit({tags::sop_instance_uid, "1.2"}), Error);
    CHECK_THROWS_AS(check_edit({tags::pixel_data, "1"}), Error);
    CHECK_THROWS_AS(check_edit({Tag{0x0008, 0x1032}, "x"}), Error);
    CHECK_THROWS_AS(check_edit({Tag{0x0009, 0x1001}, "x"}), Error);
    CHECK_THROWS_AS(check_edit({Tag{0x0002, 0x0010}, "1.2"}), Error);
}

TEST_CASE("conversions run in parallel")
{
    const std::string original = object_of(Image{.frames = 2});
    std::vector<std::future<bool>> running;
    running.reserve(8);
    for (int i = 0; i < 8; ++i) {
        running.push_back(std::async(std::launch::async, [&original, i] {
            const std::string& to =
                compressed_syntaxes[static_cast<std::size_t>(i) % compressed_syntaxes.size()];
            const auto there = convert(bytes_of(original), explicit_le, TransferSyntax{to});
            return difference(original, to_explicit(there.data_set, to)).empty();
        }));
    }
    for (auto& one : running) {
        CHECK(one.get());
    }
}

TEST_CASE("real compressed objects decode whole, or say why not")
{
    const char* folder = std::getenv("PACS_TEST_DATA");
    if (folder == nullptr) {
        return;
    }
    unsigned decoded = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file()) {
            continue;
        }
        std::ifstream file{entry.path(), std::ios::binary};
        const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
        INFO(entry.path());
        try {
            const FileHead head =
                read_file_head(bytes_of(bytes).first(std::min(bytes.size(), file_head_bytes)));
            if (!head.syntax.encapsulated() || !can_convert(head.syntax, explicit_le)) {
                continue;
            }
            const auto native =
                convert(bytes_of(bytes).subspan(head.data_offset), head.syntax, explicit_le);
            const DataSet data = decode(bytes_of(native.data_set), explicit_le);
            if (!data.has(tags::pixel_data)) {
                continue;
            }
            const std::uint64_t pixels =
                std::uint64_t{data.u16(rows_tag).value_or(0)} *
                data.u16(Tag{0x0028, 0x0011}).value_or(0) *
                data.u16(Tag{0x0028, 0x0002}).value_or(1) *
                (data.u16(Tag{0x0028, 0x0100}).value_or(8) / 8) *
                static_cast<std::uint64_t>(data.integer(Tag{0x0028, 0x0008}).value_or(1));
            CHECK(pixel_value(native.data_set).size() == (pixels + 1) / 2 * 2);
            ++decoded;
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::data);
        }
    }
    CHECK(decoded > 0);
}

TEST_CASE("codestream headers are read, and cut ones are nobody's")
{
    const FrameShape shape{.rows = 4, .columns = 6, .bits_allocated = 8, .bits_stored = 8};
    const std::string frame(24, 'p');
    const std::string encoded = encode_jpeg2000(bytes_of(frame), shape, false);
    const auto header = inspect_codestream(bytes_of(encoded));
    REQUIRE(header);
    CHECK(header->rows == 4);
    CHECK(header->columns == 6);
    CHECK(header->components == 1);
    CHECK(header->precision == 8);
    CHECK(header->reversible);
    CHECK_FALSE(inspect_codestream(bytes_of(encoded).first(20)));
    CHECK_FALSE(inspect_codestream({}));
    CHECK_FALSE(inspect_codestream(bytes_of(frame)));
    CHECK((decode_jpeg2000(bytes_of(encoded), shape) == frame));
}

TEST_CASE("a JPEG 2000 codestream cut anywhere is an error or the whole frame")
{
    const FrameShape shape{.rows = 16, .columns = 16, .bits_allocated = 8, .bits_stored = 8};
    std::string frame(256, '\0');
    for (std::size_t i = 0; i < frame.size(); ++i) {
        frame[i] = static_cast<char>(i * i);
    }
    const std::string encoded = encode_jpeg2000(bytes_of(frame), shape, false);
    for (std::size_t length = 0; length < encoded.size(); length += 3) {
        try {
            const std::string got = decode_jpeg2000(bytes_of(encoded).first(length), shape);
            CHECK((got == frame));  // only the end mark was missing
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::data);
        }
    }
}
