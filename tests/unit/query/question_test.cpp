#include "query/question.hpp"

#include "catch.hpp"

#include "base/error.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/record_json.hpp"

using namespace pacs;
using namespace pacs::query;
using dicom::QueryLevel;
using dicom::QueryRoot;

namespace {

constexpr Day now{std::chrono::year{2024}, std::chrono::month{3}, std::chrono::day{31}};

Question ask(const Wishes& wishes, const char* charset = "")
{
    return make_question(wishes, dicom::CharacterSet{charset}, now);
}

std::string text(const Question& question, const char* keyword)
{
    return question.identifier.text(dicom::find_keyword(keyword)->tag);
}

bool has(const Question& question, const char* keyword)
{
    return question.identifier.has(dicom::find_keyword(keyword)->tag);
}

}  // namespace

TEST_CASE("a question without wishes asks for all studies and what is worth knowing of them")
{
    const Question question = ask({});
    CHECK(question.level == QueryLevel::study);
    CHECK(question.root == QueryRoot::study);
    CHECK(text(question, "QueryRetrieveLevel") == "STUDY");
    CHECK(has(question, "StudyInstanceUID"));
    CHECK(has(question, "PatientName"));
    CHECK(has(question, "NumberOfStudyRelatedInstances"));
    CHECK_FALSE(has(question, "SpecificCharacterSet"));
    CHECK_FALSE(has(question, "SeriesInstanceUID"));
    CHECK(question.warnings.empty());
}

TEST_CASE("the lowest unique key with a value sets the level")
{
    CHECK(ask({.keys = {"SeriesInstanceUID=1.2.3"}, .study = {"1.2"}}).level == QueryLevel::series);
    CHECK(ask({.keys = {"SOPInstanceUID=1.2.3.4"}, .study = {"1.2"}, .series = {"1.2.3"}}).level ==
          QueryLevel::instance);
    CHECK(ask({.study = {"1.2"}}).level == QueryLevel::study);
    CHECK(ask({.keys = {"SeriesInstanceUID"}}).level == QueryLevel::study);
    CHECK(ask({.level = QueryLevel::instance, .study = {"1.2"}, .series = {"1.2.3"}}).level ==
          QueryLevel::instance);
}

TEST_CASE("the patient level is asked under Patient Root, which alone has it")
{
    const Question question = ask({.level = QueryLevel::patient, .name = "doe"});
    CHECK(question.root == QueryRoot::patient);
    CHECK(text(question, "QueryRetrieveLevel") == "PATIENT");
    CHECK(has(question, "PatientID"));
    CHECK_FALSE(has(question, "StudyInstanceUID"));
}

TEST_CASE("every level above must be pinned by one unique key")
{
    for (const Wishes& wishes :
         {Wishes{.series = {"1.2.3"}}, Wishes{.level = QueryLevel::series},
          Wishes{.level = QueryLevel::series, .study = {"1.2", "1.3"}},
          Wishes{.level = QueryLevel::instance, .study = {"1.2"}}, Wishes{.patient_root = true},
          Wishes{.patient_id = {"A*"}, .patient_root = true}}) {
        try {
            ask(wishes);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
            CHECK(error.hint().find("--relational") != std::string::npos);
        }
    }
    CHECK(ask({.level = QueryLevel::series, .study = {"1.2"}}).level == QueryLevel::series);
    CHECK(ask({.patient_id = {"A"}, .patient_root = true}).root == QueryRoot::patient);
    CHECK(ask({.level = QueryLevel::series, .relational = true}).relational);
}

TEST_CASE("the shorthands are keys")
{
    const Question question = ask({.study = {"1.2", "1.3"},
                                   .accession = {"A1"},
                                   .patient_id = {"4711"},
                                   .modality = {"CT", "MR"},
                                   .name = "doe",
                                   .date = "20240101-20240131"});
    CHECK(text(question, "StudyInstanceUID") == "1.2\\1.3");
    CHECK(text(question, "AccessionNumber") == "A1");
    CHECK(text(question, "PatientID") == "4711");
    CHECK(text(question, "ModalitiesInStudy") == "CT\\MR");
    CHECK_FALSE(has(question, "Modality"));
    CHECK(text(question, "PatientName") == "doe*");
    CHECK(text(question, "StudyDate") == "20240101-20240131");
}

TEST_CASE("a name with a wildcard or a component delimiter is taken as it stands")
{
    for (const char* name : {"DOE*", "D?E", "DOE^JANE", "\"\""}) {
        CAPTURE(name);
        CHECK(text(ask({.name = name}), "PatientName") == name);
    }
}

TEST_CASE("the modality is another attribute below the study")
{
    const Question question =
        ask({.level = QueryLevel::series, .study = {"1.2"}, .modality = {"CT"}});
    CHECK(text(question, "Modality") == "CT");
    CHECK_FALSE(has(question, "ModalitiesInStudy"));
}

TEST_CASE("since and until are a range of study dates")
{
    CHECK(text(ask({.since = "7d"}), "StudyDate") == "20240324-");
    CHECK(text(ask({.since = "20240101", .until = "yesterday"}), "StudyDate") ==
          "20240101-20240330");
    CHECK_THROWS_AS(ask({.date = "today", .since = "7d"}), Error);
    CHECK_THROWS_AS(ask({.since = "7h"}), Error);
}

TEST_CASE("keys that are not plain ASCII are sent as UTF-8 unless another set is asked for")
{
    const std::string name = "M\xC3\xBCller";
    const Question utf8 = ask({.name = name});
    CHECK(text(utf8, "SpecificCharacterSet") == "ISO_IR 192");
    CHECK(text(utf8, "PatientName") == "M\xC3\xBCller*");

    const Question latin = ask({.name = name}, "ISO_IR 100");
    CHECK(text(latin, "SpecificCharacterSet") == "ISO_IR 100");
    CHECK(text(latin, "PatientName") == "M\xFCller*");

    CHECK(text(ask({.name = "doe"}, "ISO_IR 100"), "SpecificCharacterSet") == "ISO_IR 100");
}

TEST_CASE("a character set nobody defined is refused")
{
    CHECK_THROWS_AS(query_charset("ISO_IR 9999"), Error);
    CHECK(query_charset("").terms().empty());
    CHECK(query_charset("ISO_IR 192").is_utf8());
}

TEST_CASE("the level may be written as a key, as DCMTK's users do, but must not contradict")
{
    CHECK(ask({.keys = {"QueryRetrieveLevel=SERIES"}, .study = {"1.2"}}).level ==
          QueryLevel::series);
    CHECK(ask({.keys = {"0008,0052=STUDY"}, .level = QueryLevel::study}).level ==
          QueryLevel::study);
    CHECK_THROWS_AS(ask({.keys = {"0008,0052=STUDY"}, .level = QueryLevel::series}), Error);
    CHECK_THROWS_AS(ask({.keys = {"QueryRetrieveLevel=study"}}), Error);
}

TEST_CASE("the character set has an option of its own and is no key")
{
    CHECK_THROWS_AS(ask({.keys = {"SpecificCharacterSet=ISO_IR 100"}}), Error);
}

TEST_CASE("a key of another level is sent with a warning, but not when it only is to be returned")
{
    CHECK(ask({.keys = {"Modality=CT"}}).warnings.size() == 1);
    CHECK(ask({.keys = {"Modality"}}).warnings.empty());
    CHECK(ask({.keys = {"PatientID=1"}}).warnings.empty());
    CHECK(ask({.keys = {"00091001=1"}}).warnings.empty());
    CHECK(ask({.keys = {"PatientName=DOE"}, .level = QueryLevel::series, .study = {"1.2"}})
              .warnings.size() == 1);
    CHECK(ask({.keys = {"Modality=CT"}, .relational = true}).warnings.empty());
}

TEST_CASE("only the named keys are asked when that is wished, and the unique key of the level")
{
    const Question question = ask({.keys = {"StudyDate"}, .named_only = true});
    CHECK(question.identifier.elements().size() == 3);
    CHECK(has(question, "StudyDate"));
    CHECK(has(question, "StudyInstanceUID"));
    CHECK(has(question, "QueryRetrieveLevel"));
}

TEST_CASE("the default keys belong to the level, but for unique keys and the patient of a study")
{
    for (const QueryRoot root : {QueryRoot::patient, QueryRoot::study}) {
        for (const QueryLevel level :
             {QueryLevel::patient, QueryLevel::study, QueryLevel::series, QueryLevel::instance}) {
            for (const dicom::Tag tag : default_keys(root, level)) {
                CAPTURE(dicom::name_of(tag));
                const auto home = dicom::level_of(tag);
                REQUIRE(home);
                const bool patient_of_study = root == QueryRoot::study &&
                                              level == QueryLevel::study &&
                                              *home == QueryLevel::patient;
                CHECK((*home == level || tag == dicom::unique_key(*home) || patient_of_study));
            }
        }
    }
}
