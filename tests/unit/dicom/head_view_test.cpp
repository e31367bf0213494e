#include "dicom/head_view.hpp"
#include "bytes.hpp"
#include "catch.hpp"
#include "dicom/dcmtk_head.hpp"
#include "dicom/header_scan.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using namespace pacs::dicom;
using namespace pacs::dicom::test;

namespace {

using State = HeadView::State;

const std::vector<Tag> wanted{
    tags::specific_character_set, tags::sop_class_uid,       tags::sop_instance_uid,
    Tag{0x0008, 0x0060},          tags::patient_name,        tags::patient_id,
    tags::study_instance_uid,     tags::series_instance_uid, Tag{0x0020, 0x0013},
    Tag{0x0028, 0x0010},          Tag{0x0040, 0x0275}};

/// A data set with a sequence of either kind of length in front of what is wanted.
std::string sample(Encoding encoding, bool open)
{
    std::string nested = item(element(0x00080100, Vr::SH, "CODE", encoding), encoding);
    if (open) {
        nested = header(0xFFFEE000, Vr::none, undefined_length, encoding) +
                 element(0x00080100, Vr::SH, "CODE", encoding) +
                 header(0xFFFEE00D, Vr::none, 0, encoding) +
                 header(0xFFFEE0DD, Vr::none, 0, encoding);
    }
    const auto length = open ? undefined_length : static_cast<std::uint32_t>(nested.size());
    return element(0x00080005, Vr::CS, "ISO_IR 100", encoding) +
           element(0x00080016, Vr::UI, "1.2.840.10008.5.1.4.1.1.7", encoding) +
           element(0x00080018, Vr::UI, std::string{"1.2.3\0", 6}, encoding) +
           element(0x00080060, Vr::CS, "OT", encoding) +
           header(0x00081032, Vr::SQ, length, encoding) + nested +
           element(0x00100010, Vr::PN, "Doe^John", encoding) +
           element(0x00100020, Vr::LO, "4711", encoding) +
           element(0x0020000D, Vr::UI, "1.2", encoding) +
           element(0x0020000E, Vr::UI, "1.24", encoding) +
           element(0x00200013, Vr::IS, "1 ", encoding) +
           element(0x00280010, Vr::US, bytes({2, 0}), encoding) +
           element(0x7FE00010, Vr::OW, "12345678", encoding);
}

TransferSyntax syntax_of(Encoding encoding)
{
    return TransferSyntax{encoding.explicit_vr ? uids::explicit_le : uids::implicit_le};
}

/// What both say of the same bytes must be the same wherever both understand them.
void check_against_scanner(std::span<const std::byte> data, const TransferSyntax& syntax)
{
    HeadView view{wanted};
    HeaderScanner scanner{syntax, wanted};
    scanner.feed(data);
    scanner.finish();
    const bool complete = view.read(data, data.size(), syntax.explicit_vr()) == State::complete;
    if (!complete || !scanner.defect().empty() || scanner.late_elements()) {
        return;
    }
    CHECK(view.missing() == 0);
    std::size_t kept = 0;
    for (const HeadView::Value& value : view.values()) {
        const Element* const element = scanner.header().find(value.tag);
        if (value.vr != Vr::SQ) {
            INFO(value.tag.formatted());
            REQUIRE(element != nullptr);
            CHECK(element->vr == value.vr);
            CHECK(element->value == value.bytes);
            ++kept;
        }
    }
    for (const Element& element : scanner.header().elements()) {
        kept -= element.vr == Vr::SQ ? 0U : 1U;
    }
    CHECK(kept == 0);
}

}  // namespace

TEST_CASE("the quick view finds what the scanner finds, in both encodings and kinds of length")
{
    for (const Encoding encoding : {explicit_le, implicit_le}) {
        for (const bool open : {false, true}) {
            const std::string data = sample(encoding, open);
            HeadView view{wanted};
            REQUIRE(view.read(as_bytes(data), data.size(), encoding.explicit_vr) ==
                    State::complete);
            CHECK(view.values().size() == 10);
            check_against_scanner(as_bytes(data), syntax_of(encoding));
        }
    }
}

TEST_CASE("the quick view asks for more bytes wherever it is cut, and never invents a value")
{
    const std::string data = sample(explicit_le, true);
    HeadView view{wanted};
    for (std::size_t size = 0; size < data.size(); ++size) {
        const auto state = view.read(as_bytes(data).first(size), data.size(), true);
        CHECK(state != State::odd);
        if (state == State::complete) {
            CHECK(view.values().size() == 10);
        }
    }
}

TEST_CASE("pixel data that end behind the end of the file are noticed from the header alone")
{
    const std::string data = sample(explicit_le, false);
    HeadView view{wanted};
    CHECK(view.read(as_bytes(data), data.size() - 3, true) == State::complete);
    CHECK(view.cut_off() == tags::pixel_data);
    CHECK(view.missing() == 3);
}

TEST_CASE("what is out of the ordinary is left to the scanner")
{
    const auto state = [](const std::string& data) {
        HeadView view{wanted};
        return view.read(as_bytes(data), data.size(), true);
    };
    const std::string end = element(0x0020000D, Vr::UI, "1.2");
    CHECK(state(element(0x00100020, Vr::LO, "X ") + element(0x00080018, Vr::UI, "1.") + end) ==
          State::odd);
    CHECK(state(element(0x00100020, Vr::LO, "X ") + element(0x00100020, Vr::LO, "Y ")) ==
          State::odd);
    CHECK(state(header(0x00091001, Vr::UN, undefined_length) + end) == State::odd);
    CHECK(state(header(0xFFFEE00D, Vr::none, 0) + end) == State::odd);
    std::string deep;
    for (int level = 0; level < 40; ++level) {
        deep += header(0x00081032, Vr::SQ, undefined_length) +
                header(0xFFFEE000, Vr::none, undefined_length);
    }
    CHECK(state(deep + end) == State::odd);
}

TEST_CASE("the quick view, the scanner and DCMTK agree on mutated data sets")
{
    std::mt19937 random{7};
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    for (int round = 0; round < 20'000; ++round) {
        const Encoding encoding = round % 2 == 0 ? explicit_le : implicit_le;
        std::string data = sample(encoding, round % 4 < 2);
        for (std::size_t change = below(3); change > 0; --change) {
            data[below(data.size())] = static_cast<char>(below(256));
        }
        const TransferSyntax syntax = syntax_of(encoding);
        INFO("round " << round);
        check_against_scanner(as_bytes(data), syntax);
        HeaderScanner scanner{syntax, wanted};
        scanner.feed(as_bytes(data));
        // DCMTK gets what nobody passed, too: it must survive.
        if (round % 10 == 0) {
            const DataSet found = read_head_with_dcmtk(as_bytes(data), syntax, wanted);
            if (scanner.finish() && !scanner.readers_may_differ() && !scanner.late_elements()) {
                for (const Tag tag : {tags::patient_id, tags::study_instance_uid}) {
                    CHECK(found.text(tag) == scanner.header().text(tag));
                }
            }
        }
    }
}

TEST_CASE("DCMTK reads on where the scanner gave up, and deep nesting does not hurt it")
{
    const TransferSyntax syntax{uids::explicit_le};
    const std::string stray =
        element(0x00000000, Vr::UL, bytes({0, 0, 0, 0})) + sample(explicit_le, false);
    HeaderScanner scanner{syntax, wanted};
    scanner.feed(as_bytes(stray));
    CHECK_FALSE(scanner.finish());
    CHECK(scanner.header().empty());
    const DataSet found = read_head_with_dcmtk(as_bytes(stray), syntax, wanted);
    CHECK(found.text(tags::sop_instance_uid) == "1.2.3");
    CHECK(found.text(tags::study_instance_uid) == "1.2");
    CHECK(found.text(tags::series_instance_uid) == "1.24");
    std::string deep;
    while (deep.size() < dcmtk_head_bytes) {
        deep += header(0x00081032, Vr::SQ, undefined_length, implicit_le) +
                header(0xFFFEE000, Vr::none, undefined_length, implicit_le);
    }
    CHECK(read_head_with_dcmtk(as_bytes(deep), TransferSyntax{uids::implicit_le}, wanted).empty());
}

TEST_CASE("real files say the same to the quick view and to the scanner")
{
    const char* const folder = std::getenv("PACS_TEST_DATA");
    if (folder == nullptr) {
        return;
    }
    int compared = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file() || entry.file_size() > (8U << 20U)) {
            continue;
        }
        std::ifstream file{entry.path(), std::ios::binary};
        const std::string data{std::istreambuf_iterator<char>{file}, {}};
        try {
            const FileHead head = read_file_head(as_bytes(data));
            if (!head.syntax.big_endian() && !head.syntax.deflated()) {
                INFO(entry.path());
                check_against_scanner(as_bytes(data).subspan(head.data_offset), head.syntax);
                ++compared;
            }
        } catch (const std::exception&) {
            continue;  // no DICOM file
        }
    }
    CHECK(compared > 0);
}
