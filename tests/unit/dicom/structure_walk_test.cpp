// What a listener that hears all is told of a data set, and how values are passed over.

#include "catch.hpp"

#include "dicom/data_set.hpp"
#include "dicom/element_header.hpp"
#include "dicom/structure_walk.hpp"
#include "dicom/uid.hpp"

#include <string>

using namespace pacs::dicom;

namespace {

/// Writes down what it hears: "00100020=abc", "[", "{", "}", "]" and "~" for the end of fragments.
class Scribe : public StructureWalker::Listener {
public:
    bool wants_values = true;
    std::string text;

    bool begin(const ElementHeader& header) override
    {
        sequence_ = header.vr == Vr::SQ;
        text += header.tag.hex() + (sequence_ ? "[" : header.undefined() ? "~" : "=");
        return wants_values && !header.undefined();
    }
    void value(std::span<const std::byte> bytes) override
    {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    void end() override { text += " "; }
    bool hears_all() const override { return true; }
    void begin_item() override { text += "{"; }
    void end_item() override { text += "}"; }
    void end_sequence() override { text += "] "; }
    void end_fragments() override { text += "~ "; }

private:
    bool sequence_ = false;
};

std::string nested(bool undefined)
{
    DataSet inner;
    inner.set_text(Tag{0x0040, 0x0009}, "id");
    std::string item;
    const Encoding plain{true, false};
    const std::string content = encode(inner, TransferSyntax{uids::explicit_le});
    append_element_header(
        item, {tags::item, Vr::none, undefined ? undefined_length : std::uint32_t(content.size())},
        plain);
    item += content;
    if (undefined) {
        append_element_header(item, {tags::item_delimitation}, plain);
    }
    std::string bytes;
    const auto length = undefined ? undefined_length : std::uint32_t(item.size());
    append_element_header(bytes, {Tag{0x0040, 0x0275}, Vr::SQ, length}, plain);
    bytes += item;
    if (undefined) {
        append_element_header(bytes, {tags::sequence_delimitation}, plain);
    }
    DataSet after;
    after.set_text(Tag{0x0040, 0x0280}, "co");
    return bytes + encode(after, TransferSyntax{uids::explicit_le});
}

std::string told(const std::string& bytes, Encoding encoding, std::size_t piece)
{
    Scribe scribe;
    StructureWalker walker{encoding, {}, scribe};
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const auto part = std::as_bytes(std::span{bytes}).subspan(at);
        REQUIRE(walker.walk(part.first(std::min(piece, part.size()))));
    }
    CHECK(walker.finish());
    return scribe.text;
}

}  // namespace

TEST_CASE("a listener hears of elements inside sequences, however lengths are told")
{
    for (const std::size_t piece : {1U, 7U, 1000U}) {
        for (const bool undefined : {false, true}) {
            CAPTURE(piece, undefined);
            CHECK(told(nested(undefined), Encoding{true, false}, piece) ==
                  "00400275[{00400009=id }] 00400280=co ");
        }
    }
}

TEST_CASE("a private value in implicit VR that looks like a sequence is told as the value it is")
{
    std::string item;
    const Encoding implicit{false, false};
    append_element_header(item, {tags::item, Vr::none, 2}, implicit);
    std::string bytes;
    append_element_header(bytes, {Tag{0x0009, 0x1001}, Vr::UN, 10}, implicit);
    bytes += item + "ab";
    append_element_header(bytes, {Tag{0x0010, 0x0020}, Vr::LO, 2}, implicit);
    bytes += "id";
    for (const std::size_t piece : {1U, 5U, 1000U}) {
        CAPTURE(piece);
        CHECK(told(bytes, implicit, piece) == "00091001=" + item + "ab 00100020=id ");
    }
}

TEST_CASE("a private value at the end of an item is told before the item ends")
{
    const Encoding plain{false, false};
    const auto element = [&](Tag tag, Vr vr, const std::string& value) {
        std::string bytes;
        append_element_header(bytes, {tag, vr, std::uint32_t(value.size())}, plain);
        return bytes + value;
    };
    const std::string inner =
        element(tags::item, Vr::none, element(Tag{0x0010, 0x0020}, Vr::LO, "id"));
    for (const std::string& value : {std::string("no sequence"), inner, inner + "xx"}) {
        const std::string item =
            element(tags::item, Vr::none, element(Tag{0x0009, 0x1001}, Vr::UN, value));
        const std::string bytes = element(Tag{0x0040, 0x0275}, Vr::SQ, item + item) +
                                  element(Tag{0x0040, 0x0280}, Vr::ST, "co");
        const std::string one = "{00091001=" + value + " }";
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
            CHECK(told(bytes, plain, piece) == "00400275[" + one + one + "] 00400280=co ");
        }
    }
}

TEST_CASE("a value nobody asked for can be passed over as if it had been walked")
{
    Scribe scribe;
    scribe.wants_values = false;
    StructureWalker walker{Encoding{true, false}, {}, scribe};
    std::string header;
    append_element_header(header, {tags::pixel_data, Vr::OW, 1000}, Encoding{true, false});
    REQUIRE(walker.walk(std::as_bytes(std::span{header})));
    CHECK(walker.skippable() == 1000);
    walker.skip(400);
    CHECK(walker.skippable() == 600);
    walker.skip(600);
    CHECK(walker.skippable() == 0);
    CHECK(walker.offset() == header.size() + 1000);
    CHECK(walker.finish());
}

TEST_CASE("a value that is passed over in part only is cut off")
{
    Scribe scribe;
    scribe.wants_values = false;
    StructureWalker walker{Encoding{true, false}, {}, scribe};
    std::string header;
    append_element_header(header, {tags::pixel_data, Vr::OW, 1000}, Encoding{true, false});
    REQUIRE(walker.walk(std::as_bytes(std::span{header})));
    walker.skip(999);
    CHECK_FALSE(walker.finish());
    CHECK(walker.defect().find("1 bytes of its value are missing") != std::string::npos);
}
