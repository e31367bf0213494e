#include "web/qido.hpp"

#include "catch.hpp"

#include "base/error.hpp"
#include "dicom/query_key.hpp"

#include <string>
#include <vector>

using namespace pacs;
using namespace pacs::web;
using dicom::QueryLevel;

namespace {

dicom::DataSet identifier_of(const std::vector<std::string>& keys, const char* charset = "")
{
    const dicom::CharacterSet set{charset};
    dicom::DataSet identifier;
    for (const std::string& key : keys) {
        dicom::put_query_key(identifier, dicom::parse_query_key(key), set);
    }
    identifier.set_text(dicom::tags::query_retrieve_level, "STUDY");
    if (*charset != '\0') {
        identifier.set_text(dicom::tags::specific_character_set, charset);
    }
    return identifier;
}

std::string path_of(QueryLevel level, const std::vector<std::string>& keys,
                    const char* charset = "")
{
    return search_path({level, identifier_of(keys, charset), false, 0, 0});
}

}  // namespace

TEST_CASE("a study or series with one UID goes into the path, other keys into the query")
{
    CHECK(path_of(QueryLevel::study, {}) == "/studies");
    CHECK(path_of(QueryLevel::study, {"StudyInstanceUID=1.2"}) == "/studies?0020000D=1.2");
    CHECK(path_of(QueryLevel::series, {"StudyInstanceUID=1.2"}) == "/studies/1.2/series");
    CHECK(path_of(QueryLevel::instance, {"StudyInstanceUID=1.2", "SeriesInstanceUID=1.3"}) ==
          "/studies/1.2/series/1.3/instances");
    CHECK(path_of(QueryLevel::instance, {"StudyInstanceUID=1.2", "SOPInstanceUID=1.4"}) ==
          "/studies/1.2/instances?00080018=1.4");
    CHECK(path_of(QueryLevel::instance, {"SeriesInstanceUID=1.3"}) == "/instances?0020000E=1.3");
}

TEST_CASE("a list of UIDs is parted by commas")
{
    CHECK(path_of(QueryLevel::series, {"StudyInstanceUID=1.2", "StudyInstanceUID=1.3"}) ==
          "/series?0020000D=1.2,1.3");
}

TEST_CASE("keys with values match, keys without are to be returned")
{
    CHECK(path_of(QueryLevel::study, {"PatientID=A*", "StudyDate=20240101-20240131", "StudyID"}) ==
          "/studies?00080020=20240101-20240131&00100020=A*&includefield=00200010");
    CHECK(path_of(QueryLevel::study, {"StudyID", "AccessionNumber"}) ==
          "/studies?includefield=00080050,00200010");
}

TEST_CASE("keys in sequences are named by their path")
{
    CHECK(path_of(QueryLevel::series, {"RequestAttributesSequence.RequestedProcedureID=7",
                                       "RequestAttributesSequence.ScheduledProcedureStepID"}) ==
          "/series?00400275.00401001=7&includefield=00400275.00400009");
}

TEST_CASE("text is sent in UTF-8, whatever the question is in, and nothing breaks out of the query")
{
    CHECK(path_of(QueryLevel::study, {"PatientName=M\xC3\xBCller^A"}, "ISO_IR 100") ==
          "/studies?00100010=M%C3%BCller%5EA");
    CHECK(path_of(QueryLevel::study, {"PatientID=a&limit=0#x"}) ==
          "/studies?00100020=a%26limit%3D0%23x");
}

TEST_CASE("what may stand in a query as it is stays, for services that decode nothing")
{
    CHECK(path_of(QueryLevel::study, {"PatientID=A:B/C@D-E.F_G~(H)!$'*?"}) ==
          "/studies?00100020=A:B/C@D-E.F_G~(H)!$'*?");
    CHECK(path_of(QueryLevel::study, {"PatientID=A B+C,D;E%"}) ==
          "/studies?00100020=A%20B%2BC%2CD%3BE%25");
}

TEST_CASE("fuzzy matching, limit and offset are told")
{
    CHECK(search_path({QueryLevel::study, identifier_of({}), true, 11, 20}) ==
          "/studies?fuzzymatching=true&limit=11&offset=20");
}

TEST_CASE("there is no patient level in DICOMweb")
{
    CHECK_THROWS_AS(path_of(QueryLevel::patient, {}), Error);
}

TEST_CASE("lists of anything but UIDs become searches of their own, in all combinations")
{
    const auto all = alternatives(
        identifier_of({"ModalitiesInStudy=CT", "ModalitiesInStudy=MR", "AccessionNumber=1",
                       "AccessionNumber=2", "StudyInstanceUID=1.2", "StudyInstanceUID=1.3"}));
    REQUIRE(all.size() == 4);
    std::vector<std::string> paths;
    for (const auto& each : all) {
        paths.push_back(search_path({QueryLevel::study, each, false, 0, 0}));
    }
    CHECK(paths[0] == "/studies?00080050=1&00080061=CT&0020000D=1.2,1.3");
    CHECK(paths[3] == "/studies?00080050=2&00080061=MR&0020000D=1.2,1.3");
}

TEST_CASE("alternatives keep text in UTF-8")
{
    const auto all = alternatives(
        identifier_of({"PatientName=M\xC3\xBCller", "PatientName=Gr\xC3\xBCn"}, "ISO_IR 100"));
    REQUIRE(all.size() == 2);
    CHECK(search_path({QueryLevel::study, all[1], false, 0, 0}) == "/studies?00100010=Gr%C3%BCn");
}

TEST_CASE("more alternatives than can be asked are refused")
{
    std::vector<std::string> keys;
    for (int i = 0; i < 101; ++i) {
        keys.push_back("AccessionNumber=" + std::to_string(i));
    }
    CHECK_THROWS_AS(alternatives(identifier_of(keys)), Error);
}

TEST_CASE("a warning says that there is more, or that matching was not fuzzy")
{
    CHECK(read_warning("299 h: There are 17 additional results that can be requested").more);
    CHECK(read_warning("299 h \"The number of results exceeded the maximum supported\"").more);
    CHECK(read_warning("299 h: The fuzzymatching parameter is not supported. Only literal matching "
                       "has been performed")
              .not_fuzzy);
    CHECK_FALSE(read_warning("299 h: The fuzzymatching parameter is not supported").more);
    CHECK_FALSE(read_warning("214 Transformation applied, additional").more);
    CHECK_FALSE(read_warning("").more);
}
