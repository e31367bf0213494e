#include "dicom/content_digest.hpp"

#include "dicom/charset.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/transcode.hpp"

#include "catch.hpp"
#include "dicom/bytes.hpp"
#include "dicom/images.hpp"
#include "dicom/rich_object.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>

using namespace pacs;
using namespace pacs::dicom;
using imaging::Image;
using test::as_bytes;
using namespace pacs::dicom::rich;

namespace {

const std::string explicit_uid{uids::explicit_le};
const std::string implicit_uid{uids::implicit_le};

std::string digest_of(std::string_view data_set, const std::string& syntax = explicit_uid)
{
    const ContentDigest digest = content_digest(as_bytes(data_set), TransferSyntax{syntax});
    INFO(digest.defect);
    REQUIRE(digest.defect.empty());
    CHECK(digest.undecodable == "");
    return to_hex(digest.sha256);
}

std::string digest_of(const DataSet& data_set, const std::string& syntax = explicit_uid)
{
    return digest_of(encode(data_set, TransferSyntax{syntax}), syntax);
}

/// The same data set with sequences and items of undefined length.
std::string open_ended(const DataSet& data, Encoding encoding);

std::string open_ended(const Element& element, Encoding encoding)
{
    if (element.vr != Vr::SQ) {
        std::string value = element.value;
        if (encoding.big_endian) {
            swap_bytes(value, element.vr);
        }
        return test::element(element.tag.value, element.vr, value, encoding);
    }
    std::string items;
    for (const DataSet& item : element.items) {
        items += test::open_item(open_ended(item, encoding), encoding);
    }
    return test::open_sequence(element.tag.value, items, encoding);
}

std::string open_ended(const DataSet& data, Encoding encoding)
{
    std::string out;
    for (const Element& element : data.elements()) {
        out += open_ended(element, encoding);
    }
    return out;
}

}  // namespace

TEST_CASE("the canonical form is what its description says")
{
    // printf 'pacs-content-1\n\0\x10\0\x20T\0\0\0\0\0\0\0\x06TEST-1' | sha256sum
    DataSet data;
    data.set_text(tags::patient_id, " TEST-1 ");
    CHECK(digest_of(data) == "6d01b74d5e39034848a13429c0a6fee52e685a49fef9477725595e69716070c2");
}

TEST_CASE("content does not depend on VR, byte order, deflation and lengths")
{
    const DataSet data = rich_object();
    const std::string expected = digest_of(data);
    for (const std::string& syntax : imaging::native_syntaxes) {
        INFO(syntax);
        CHECK(digest_of(data, syntax) == expected);
        if (!TransferSyntax{syntax}.deflated()) {
            CHECK(digest_of(open_ended(data, Encoding{TransferSyntax{syntax}}), syntax) ==
                  expected);
        }
    }
}

TEST_CASE("any value that differs makes another content")
{
    const DataSet data = rich_object();
    std::map<std::string, std::string> seen{{digest_of(data), "the object itself"}};
    std::size_t changes = 0;
    mutate(data, "", [&](const DataSet& changed, const std::string& what) {
        ++changes;
        // implicit VR sees the same differences, with the same digests
        const std::string digest = digest_of(changed);
        CHECK(digest_of(changed, implicit_uid) == digest);
        const auto [place, fresh] = seen.emplace(digest, what);
        INFO(what << " is the same as " << place->second);
        CHECK(fresh);
    });
    CHECK(changes > 500);
}

TEST_CASE("an image is the same in every lossless encoding")
{
    std::vector<Image> images = imaging::images;
    images.push_back(
        {.samples = 3, .allocated = 8, .stored = 8, .planar = true, .photometric = "RGB"});
    images.push_back({.samples = 3,
                      .allocated = 8,
                      .stored = 8,
                      .planar = true,
                      .frames = 2,
                      .photometric = "RGB"});
    std::set<std::string> all;
    for (const Image& image : images) {
        const std::string original = imaging::object_of(image);
        const std::string expected = digest_of(original);
        all.insert(expected);
        std::vector<std::string> syntaxes = imaging::compressed_syntaxes;
        syntaxes.insert(syntaxes.end(), imaging::native_syntaxes.begin(),
                        imaging::native_syntaxes.end());
        for (const std::string& syntax : syntaxes) {
            INFO(syntax << " " << image.photometric << " stored " << image.stored << " of "
                        << image.allocated << " frames " << image.frames);
            const auto there =
                convert(as_bytes(original), TransferSyntax{explicit_uid}, TransferSyntax{syntax});
            CHECK(digest_of(there.data_set, syntax) == expected);
        }
    }
    CHECK(all.size() == images.size());
}

TEST_CASE("bits above Bits Stored count, as old objects have overlays there")
{
    const Image image{.stored = 10};
    DataSet data = imaging::header_of(image);
    std::string pixels = imaging::pixels_of(image);
    data.put({tags::pixel_data, Vr::OW, pixels});
    const std::string without = digest_of(data);
    pixels[101] = static_cast<char>(pixels[101] | 0x10);
    data.put({tags::pixel_data, Vr::OW, pixels});
    const std::string with = digest_of(data);
    CHECK(with != without);
    for (const std::string& syntax : imaging::compressed_syntaxes) {
        INFO(syntax);
        const auto there = convert(imaging::bytes_of(encode(data, TransferSyntax{explicit_uid})),
                                   TransferSyntax{explicit_uid}, TransferSyntax{syntax});
        CHECK(digest_of(there.data_set, syntax) == with);
    }
}

TEST_CASE("text is the same in every character set that has it")
{
    std::set<std::string> digests;
    for (const std::string terms : {"ISO_IR 100", "ISO_IR 192", "\\ISO 2022 IR 100", "GB18030",
                                    "ISO 2022 IR 6\\ISO 2022 IR 109", "ISO_IR 148"}) {
        const auto name = CharacterSet{terms}.from_utf8("M\xC3\xBCller^J\xC3\xB6rg", true);
        REQUIRE(name);
        DataSet item;
        item.set_text(Tag{0x0008, 0x0104}, *name);
        DataSet data;
        data.set_text(tags::specific_character_set, terms);
        data.set_text(tags::patient_name, *name);
        data.put(sequence(Tag{0x0008, 0x1032}, {item}));
        INFO(terms);
        digests.insert(digest_of(data));
        CHECK(digests.size() == 1);
    }
}

TEST_CASE("an item may have its own character set")
{
    DataSet utf8;
    utf8.set_text(tags::specific_character_set, "ISO_IR 192");
    utf8.set_text(Tag{0x0008, 0x0104}, "\xC3\xBC");
    DataSet latin;
    latin.set_text(Tag{0x0008, 0x0104}, "\xFC");
    DataSet data;
    data.set_text(tags::specific_character_set, "ISO_IR 100");
    data.put(sequence(Tag{0x0008, 0x1032}, {utf8, utf8}));
    DataSet other = data;
    other.put(sequence(Tag{0x0008, 0x1032}, {latin, latin}));
    CHECK(digest_of(data) == digest_of(other));
}

TEST_CASE("bytes that no declared character set explains are compared as they stand")
{
    const auto with = [](const std::string& terms, const std::string& name) {
        DataSet data;
        data.set_text(tags::specific_character_set, terms);
        data.set_text(tags::patient_name, name);
        return digest_of(data);
    };
    CHECK(with("", "M\xFCller") != with("", "M\xFDller"));
    CHECK(with("ISO_IR 192", "M\xFCller") != with("ISO_IR 192", "M\xFDller"));
    CHECK(with("ISO_IR 192", "M\xFCller") != with("ISO_IR 192", "M\xEF\xBF\xBDller"));
    CHECK(with("", "M\xFCller") == with("", "M\xFCller  "));
}

TEST_CASE("padding is no part of a value where its VR says so")
{
    const auto with = [](Tag tag, const std::string& value) {
        return digest_of(test::element(tag.value, vr_of(tag), value));
    };
    CHECK(with(tags::patient_id, "A ") == with(tags::patient_id, " A"));
    CHECK(with(tags::patient_id, "A\\ B ") == with(tags::patient_id, "A \\B"));
    CHECK(with(tags::sop_instance_uid, std::string("1.2\0", 4)) ==
          with(tags::sop_instance_uid, "1.2"));
    CHECK(with(tags::patient_name, "A ") != with(tags::patient_name, " A"));
    CHECK(with(tags::patient_name, "A^B^") != with(tags::patient_name, "A^B"));
    CHECK(with(Tag{0x0018, 0x0050}, "1.0") != with(Tag{0x0018, 0x0050}, "1.00"));
    CHECK(with(Tag{0x0008, 0x0008}, "A\\") != with(Tag{0x0008, 0x0008}, "A"));
    CHECK(with(Tag{0x0042, 0x0011}, "abc") == with(Tag{0x0042, 0x0011}, std::string("abc\0", 4)));
}

TEST_CASE("a sequence that an encoder did not know for one is the same sequence")
{
    const Encoding implicit_encoding{false, false};
    for (const std::uint32_t tag : {0x00081140U, 0x00091005U, 0x00189999U}) {
        DataSet data;
        data.put(sequence(Tag{tag}, {code_item("A", "B"), DataSet{}}));
        const std::string expected = digest_of(data);
        const std::string items =
            test::item(encode(data.elements()[0].items[0], TransferSyntax{implicit_uid}),
                       implicit_encoding) +
            test::item("", implicit_encoding);
        INFO(tag);
        CHECK(digest_of(test::element(tag, Vr::UN, items)) == expected);
        CHECK(digest_of(test::element(tag, Vr::OB, items)) == expected);
        CHECK(digest_of(test::open_sequence(tag, items, test::explicit_le, Vr::UN)) == expected);
        CHECK(digest_of(test::element(tag, Vr::UN, items, implicit_encoding), implicit_uid) ==
              expected);
        CHECK(digest_of(test::element(tag, Vr::UN, items.substr(0, items.size() - 2))) != expected);
    }
}

TEST_CASE("a sequence without items is the same whatever VR it has")
{
    CHECK(digest_of(test::element(0x00081140, Vr::UN, "")) ==
          digest_of(test::element(0x00081140, Vr::SQ, "")));
    CHECK(digest_of(test::element(0x00091005, Vr::UN, "")) ==
          digest_of(test::element(0x00091005, Vr::SQ, "")));
    CHECK(digest_of(test::element(0x00091005, Vr::LO, "")) ==
          digest_of(test::open_sequence(0x00091005, "")));
    CHECK(digest_of(test::element(0x00181140, Vr::CS, "")) ==
          digest_of(test::open_sequence(0x00181140, "")));
    CHECK(digest_of(test::element(0x00280010, Vr::US, "")) ==
          digest_of(test::open_sequence(0x00280010, "")));
}

TEST_CASE("UN of a known element is read as the dictionary has it")
{
    CHECK(digest_of(test::element(0x00100020, Vr::UN, "A ")) ==
          digest_of(test::element(0x00100020, Vr::LO, "A")));
    CHECK(
        digest_of(test::element(0x00280010, Vr::UN, std::string("\x01\x02", 2)),
                  "1.2.840.10008.1.2.1") ==
        digest_of(test::element(0x00280010, Vr::US, std::string("\x02\x01", 2), test::explicit_be),
                  "1.2.840.10008.1.2.2"));
}

TEST_CASE("the order of elements does not count, and of two with one tag the first does")
{
    const std::string id = test::element(0x00100020, Vr::LO, "A");
    const std::string name = test::element(0x00100010, Vr::PN, "B");
    CHECK(digest_of(id + name) == digest_of(name + id));
    CHECK(digest_of(name + id + test::element(0x00100020, Vr::LO, "C")) == digest_of(name + id));
    const std::string twice = test::open_sequence(0x00081140, test::open_item(id));
    CHECK(digest_of(twice + test::open_sequence(0x00081140, test::open_item(name))) ==
          digest_of(twice));
}

TEST_CASE("what an encoder adds does not count")
{
    const std::string id = test::element(0x00100020, Vr::LO, "A");
    CHECK(digest_of(test::element(0x00100000, Vr::UL, std::string("\x0A\0\0\0", 4)) + id) ==
          digest_of(id));
    CHECK(digest_of(id + test::element(0xFFFCFFFC, Vr::OB, std::string(100, '\0'))) ==
          digest_of(id));
    CHECK(digest_of(id + std::string(16, '\0')) == digest_of(id));
}

TEST_CASE("an icon is decoded where it stands")
{
    const TransferSyntax rle{"1.2.840.10008.1.2.5"};
    const TransferSyntax explicit_le{explicit_uid};
    const Image image{.rows = 4, .columns = 4, .allocated = 8, .stored = 8};
    const auto compressed = convert(imaging::bytes_of(imaging::object_of(image)), explicit_le, rle);
    const std::string icon_native = test::item(imaging::object_of(image));
    const std::string icon_compressed = test::item(compressed.data_set);
    const std::string id = test::element(0x00100020, Vr::LO, "A");
    const std::string native = id + test::element(0x00880200, Vr::SQ, icon_native);
    const std::string encapsulated = id + test::element(0x00880200, Vr::SQ, icon_compressed);
    CHECK(digest_of(native) == digest_of(encapsulated, rle.uid()));
    CHECK(digest_of(native) == digest_of(native, rle.uid()));
}

TEST_CASE("pixels that nobody here decodes are compared as they are compressed")
{
    const auto with = [](const std::vector<std::string>& fragments, const std::string& syntax) {
        std::string items = test::item("");
        for (const std::string& fragment : fragments) {
            items += test::item(fragment);
        }
        const std::string data_set =
            encode(imaging::header_of(Image{.frames = 7}), TransferSyntax{explicit_uid}) +
            test::open_sequence(0x7FE00010, items, test::explicit_le, Vr::OB);
        const ContentDigest digest = content_digest(as_bytes(data_set), TransferSyntax{syntax});
        CHECK(digest.defect.empty());
        CHECK_FALSE(digest.undecodable.empty());
        return to_hex(digest.sha256);
    };
    const std::string mpeg = "1.2.840.10008.1.2.4.102";
    const std::string jpeg_ls = "1.2.840.10008.1.2.4.80";
    CHECK(with({"abcd", "efgh"}, mpeg) == with({"abcdef", "gh"}, mpeg));
    CHECK(with({"abcd"}, mpeg) != with({"abce"}, mpeg));
    CHECK(with({"abcd"}, mpeg) != with({"abcd"}, jpeg_ls));
    CHECK(with({}, mpeg) != with({"abcd"}, mpeg));
}

TEST_CASE("frames in several fragments are found by either offset table")
{
    const TransferSyntax syntax{"1.2.840.10008.1.2.4.80"};
    const Image image{.frames = 2};
    const std::string original = imaging::object_of(image);
    const auto packed = convert(as_bytes(original), TransferSyntax{explicit_uid}, syntax);
    const auto at = packed.data_set.find(test::header(0x7FE00010, Vr::OB, undefined_length));
    REQUIRE(at != std::string::npos);
    const std::string front = packed.data_set.substr(0, at);
    std::vector<std::string> frames;
    for (std::size_t i = at + 12; i + 8 <= packed.data_set.size();) {
        const std::size_t length = read_u32(as_bytes(packed.data_set).data() + i + 4, false);
        frames.push_back(packed.data_set.substr(i + 8, length));
        i += 8 + length;
    }
    REQUIRE(frames.size() == 4);  // offset table, two frames, delimiter
    std::string items;
    for (const std::string& frame : {frames[1], frames[2]}) {
        items += test::item(frame.substr(0, 10)) + test::item(frame.substr(10));
    }
    const auto second = static_cast<char>(16 + frames[1].size());
    const auto high = static_cast<char>((16 + frames[1].size()) >> 8U);
    const std::string basic{{0, 0, 0, 0, second, high, 0, 0}};
    const std::string extended{{0, 0, 0, 0, 0, 0, 0, 0, second, high, 0, 0, 0, 0, 0, 0}};
    const auto with = [&](const std::string& before, const std::string& table) {
        return front + before +
               test::open_sequence(0x7FE00010, test::item(table) + items, test::explicit_le,
                                   Vr::OB);
    };
    const std::string expected = digest_of(original);
    CHECK(digest_of(with("", basic), syntax.uid()) == expected);
    CHECK(digest_of(with(test::element(0x7FE00001, Vr::OV, extended), ""), syntax.uid()) ==
          expected);
    CHECK(digest_of(with("", ""), syntax.uid()) == expected);  // by the marks of JPEG
    std::string marked = with("", "");
    const auto fragment = marked.rfind(test::header(
        tags::item.value, Vr::none, static_cast<std::uint32_t>(frames[2].size() - 10)));
    REQUIRE(fragment != std::string::npos);
    marked.replace(fragment + 8, 3, "\xFF\xD8\xFF");
    const ContentDigest lost = content_digest(as_bytes(marked), syntax);
    CHECK_THAT(lost.undecodable, Catch::Contains("without an offset table"));
    CHECK(to_hex(lost.sha256) != expected);
}

TEST_CASE("a broken object has no content")
{
    const std::string whole = encode(rich_object(), TransferSyntax{explicit_uid});
    for (std::size_t bytes = 1; bytes < whole.size(); bytes += 1 + bytes / 8) {
        const auto cut = content_digest(as_bytes(whole).first(whole.size() - bytes),
                                        TransferSyntax{explicit_uid});
        const bool between = decode(as_bytes(whole), TransferSyntax{explicit_uid}).empty();
        CHECK((!cut.defect.empty() ||
               cut.sha256 != content_digest(as_bytes(whole), TransferSyntax{explicit_uid}).sha256));
        CHECK_FALSE(between);
    }
    const ContentDigest deep =
        content_digest(as_bytes(test::nested(100)), TransferSyntax{explicit_uid});
    CHECK(deep.too_large);
    CHECK_THAT(deep.defect, Catch::Contains("nested deeper"));
}

TEST_CASE("pixels beyond the limits are compared as they are compressed")
{
    const TransferSyntax syntax{"1.2.840.10008.1.2.4.80"};
    const auto packed = convert(imaging::bytes_of(imaging::object_of(Image{.frames = 3})),
                                TransferSyntax{explicit_uid}, syntax);
    ContentOptions options;
    options.decoded_bytes = 2000;
    const ContentDigest digest = content_digest(as_bytes(packed.data_set), syntax, options);
    CHECK(digest.defect.empty());
    CHECK_THAT(digest.undecodable, Catch::Contains("beyond the limit"));
}

TEST_CASE("bytes may come in pieces of any size")
{
    std::mt19937 random{1};
    for (const std::string& syntax : imaging::native_syntaxes) {
        const std::string whole = encode(rich_object(), TransferSyntax{syntax});
        const ReadAt piecewise = [&](std::uint64_t offset, std::span<std::byte> into) {
            const std::size_t most = 1 + random() % 50;
            return read_memory(as_bytes(whole))(offset, into.first(std::min(most, into.size())));
        };
        INFO(syntax);
        const ContentDigest digest =
            content_digest(piecewise, 0, whole.size(), TransferSyntax{syntax});
        CHECK(digest.defect == "");
        CHECK(to_hex(digest.sha256) == digest_of(rich_object()));
    }
}
