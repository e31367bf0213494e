#include "catch.hpp"

#include "base/error.hpp"
#include "dicom/dictionary.hpp"
#include "dump/selection.hpp"

using namespace pacs;
using dicom::Tag;
using dump::Selection;

namespace {

bool wants(const Selection& selection, Tag tag)
{
    return selection.of(tag, selection.all(), 0).whole;
}

}  // namespace

TEST_CASE("without keys everything is wanted, to the end")
{
    CHECK(wants(Selection{}, Tag{0x0010, 0x0010}));
    CHECK_FALSE(Selection{}.last());
}

TEST_CASE("a key is a keyword, a tag, a pattern, private, or anything")
{
    CHECK(wants(Selection{{"PatientName"}}, Tag{0x0010, 0x0010}));
    CHECK_FALSE(wants(Selection{{"PatientName"}}, Tag{0x0010, 0x0020}));
    CHECK(wants(Selection{{"(0010,0010)"}}, Tag{0x0010, 0x0010}));
    CHECK(wants(Selection{{"0009xxxx"}}, Tag{0x0009, 0x1001}));
    CHECK_FALSE(wants(Selection{{"0009xx01"}}, Tag{0x0009, 0x1002}));
    CHECK(wants(Selection{{"private"}}, Tag{0x0029, 0x1001}));
    CHECK_FALSE(wants(Selection{{"private"}}, Tag{0x0028, 0x1001}));
    CHECK(wants(Selection{{"*"}}, Tag{0x0028, 0x1001}));
    CHECK(wants(Selection{{"OverlayData"}}, Tag{0x6004, 0x3000}));
}

TEST_CASE("reading may end behind the last tag that a key names, but for wildcards")
{
    CHECK(Selection{{"PatientName", "StudyDate"}}.last() == Tag{0x0010, 0x0010});
    CHECK_FALSE(Selection{{"PatientName", "private"}}.last());
    CHECK_FALSE(Selection{{"OverlayData"}}.last());
}

TEST_CASE("a path leads through the items of sequences, an index to one of them")
{
    const Tag sequence{0x0040, 0x0275};
    const Tag inner{0x0040, 0x0009};
    const Selection any{{"RequestAttributesSequence.ScheduledProcedureStepID"}};
    auto wish = any.of(sequence, any.all(), 0);
    CHECK_FALSE(wish.whole);
    CHECK_FALSE(wish.none());
    CHECK(any.of(inner, any.of_item(3, wish, 0), 1).whole);
    CHECK(any.of(Tag{0x0040, 0x0008}, any.of_item(3, wish, 0), 1).none());

    const Selection second{{"RequestAttributesSequence[2]"}};
    wish = second.of(sequence, second.all(), 0);
    CHECK_FALSE(wish.whole);
    CHECK(second.of_item(1, wish, 0).none());
    CHECK(second.of(inner, second.of_item(2, wish, 0), 1).whole);
}

TEST_CASE("what is inside a wanted sequence is wanted too")
{
    const Selection selection{{"RequestAttributesSequence"}};
    const auto wish = selection.of(Tag{0x0040, 0x0275}, selection.all(), 0);
    CHECK(wish.whole);
    CHECK(selection.of(Tag{0x0040, 0x0009}, selection.of_item(1, wish, 0), 1).whole);
}

TEST_CASE("a key that is none is a usage error")
{
    for (const char* key : {"", "NoSuch", "0010", "PatientName.", "A[1]", "PatientName[0]",
                            "PatientName[", "PatientName[x]", "001000zz"}) {
        CAPTURE(key);
        CHECK_THROWS_AS(Selection{{key}}, Error);
    }
}
