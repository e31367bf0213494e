#include "dicom/query_level.hpp"

#include "catch.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/uid.hpp"

#include <array>

using namespace pacs::dicom;

TEST_CASE("the levels are read as the standard spells them and in our words")
{
    for (const QueryLevel level :
         {QueryLevel::patient, QueryLevel::study, QueryLevel::series, QueryLevel::instance}) {
        CHECK(parse_level_value(level_value(level)) == level);
        CHECK(parse_level_name(level_name(level)) == level);
    }
    CHECK(level_value(QueryLevel::instance) == "IMAGE");
    CHECK(parse_level_name("image") == QueryLevel::instance);
    CHECK_FALSE(parse_level_value("study"));
    CHECK_FALSE(parse_level_value("INSTANCE"));
    CHECK_FALSE(parse_level_value(""));
    CHECK_FALSE(parse_level_name("STUDY"));
}

TEST_CASE("every unique key belongs to its own level")
{
    for (const QueryLevel level :
         {QueryLevel::patient, QueryLevel::study, QueryLevel::series, QueryLevel::instance}) {
        CHECK(level_of(unique_key(level)) == level);
    }
}

TEST_CASE("the required keys of PS3.4 C.6.1.1 belong to the level the standard lists them in")
{
    struct Row {
        const char* keyword;
        QueryLevel level;
    };
    constexpr std::array rows{
        Row{"PatientName", QueryLevel::patient},     Row{"StudyDate", QueryLevel::study},
        Row{"StudyTime", QueryLevel::study},         Row{"AccessionNumber", QueryLevel::study},
        Row{"StudyID", QueryLevel::study},           Row{"ModalitiesInStudy", QueryLevel::study},
        Row{"Modality", QueryLevel::series},         Row{"SeriesNumber", QueryLevel::series},
        Row{"InstanceNumber", QueryLevel::instance}, Row{"SOPClassUID", QueryLevel::instance}};
    for (const Row& row : rows) {
        CAPTURE(row.keyword);
        const auto tag = parse_tag(row.keyword);
        REQUIRE(tag);
        CHECK(level_of(*tag) == row.level);
    }
}

TEST_CASE("what is of no level is of no level")
{
    CHECK_FALSE(level_of(tags::specific_character_set));
    CHECK_FALSE(level_of(tags::query_retrieve_level));
    CHECK_FALSE(level_of(tags::pixel_data));
    CHECK_FALSE(level_of(Tag{0x0009, 0x0010}));
    CHECK_FALSE(level_of(Tag{0x0000, 0x0000}));
    CHECK_FALSE(level_of(Tag{0xFFFF, 0xFFFF}));
}

TEST_CASE("only Patient Root has a patient level")
{
    CHECK(has_level(QueryRoot::patient, QueryLevel::patient));
    CHECK_FALSE(has_level(QueryRoot::study, QueryLevel::patient));
    CHECK(has_level(QueryRoot::study, QueryLevel::instance));
    CHECK(top_level(QueryRoot::study) == QueryLevel::study);
    CHECK(find_class(QueryRoot::study) == uids::study_root_find);
    CHECK(find_class(QueryRoot::patient) == uids::patient_root_find);
    CHECK(move_class(QueryRoot::study) == uids::study_root_move);
    CHECK(move_class(QueryRoot::patient) == uids::patient_root_move);
    CHECK(get_class(QueryRoot::study) == uids::study_root_get);
    CHECK(get_class(QueryRoot::patient) == uids::patient_root_get);
}
