#include "base/error.hpp"
#include "index/index.hpp"
#include "index/query.hpp"

#include "catch.hpp"
#include "index/fixture.hpp"

#include <algorithm>

using namespace pacs;
using namespace pacs::test;
using Found = std::vector<std::string>;
using dicom::QueryRoot;

namespace {

/// Five studies of four patients.
struct Archive {
    Archive()
    {
        scratch.add({
            record(1, 1, 1,
                   {{"PatientName", "Müller^Anna"},
                    {"PatientID", "P1"},
                    {"StudyDate", "20240105"},
                    {"StudyTime", "0930"},
                    {"Modality", "CT"},
                    {"AccessionNumber", "A-100"},
                    {"StudyDescription", "Thorax nativ"},
                    {"InstanceNumber", "1"},
                    {"ContentDate", "20240105"}}),
            record(1, 1, 2, {{"PatientID", "P1"}, {"Modality", "CT"}, {"InstanceNumber", "2"}}),
            record(1, 2, 1,
                   {{"PatientID", "P1"},
                    {"Modality", "SR"},
                    {"InstanceNumber", "1"},
                    {"SOPClassUID", "1.2.840.10008.5.1.4.1.1.88.11"}}),
            record(2, 1, 1,
                   {{"PatientName", "MULLER^Bernd"},
                    {"PatientID", "P2"},
                    {"StudyDate", "20240106"},
                    {"StudyTime", "101500.25"},
                    {"Modality", "MR"},
                    {"AccessionNumber", "A-200"}}),
            record(3, 1, 1,
                   {{"PatientName", "Yamada^Tarou=山田^太郎=やまだ^たろう"},
                    {"PatientID", "P3"},
                    {"StudyDate", "20231224"},
                    {"StudyTime", "23"},
                    {"Modality", "CT"},
                    {"ReferringPhysicianName", "Ärztin^Eva"}}),
            record(4, 1, 1,
                   {{"PatientName", "O'Neil^Sean"},
                    {"PatientID", "P1"},
                    {"IssuerOfPatientID", "OTHER"},
                    {"StudyDate", "20240106"},
                    {"Modality", "US"}}),
            record(5, 1, 1, {{"Modality", "OT"}}),
        });
    }
    Found studies(const Values& keys, const index::QueryOptions& options = relational) const
    {
        auto found = answers(index(), "StudyInstanceUID", identifier("STUDY", keys), options);
        std::ranges::sort(found);
        return found;
    }
    index::Index index() const { return index::Index{scratch.path()}; }

    ScratchIndex scratch;
};

}  // namespace

TEST_CASE("a single value finds what is equal, case and all, but names whatever their case")
{
    const Archive archive;
    CHECK(archive.studies({{"PatientID", "P1"}}) == Found{"1.2.1", "1.2.4"});
    CHECK(archive.studies({{"PatientID", "p1"}}).empty());
    CHECK(archive.studies({{"AccessionNumber", "A-200"}}) == Found{"1.2.2"});
    CHECK(archive.studies({{"PatientName", "MÜLLER^ANNA"}}) == Found{"1.2.1"});
    CHECK(archive.studies({{"PatientName", "Muller^Anna"}}).empty());
    CHECK(archive.studies({{"PatientName", "o'neil^sean"}}) == Found{"1.2.4"});
}

TEST_CASE("several values of a key find what is equal to one of them")
{
    const Archive archive;
    CHECK(archive.studies({{"StudyInstanceUID", "1.2.1\\1.2.3\\1.2.99"}}) ==
          Found{"1.2.1", "1.2.3"});
    CHECK(archive.studies({{"AccessionNumber", "A-100\\A-200"}}) == Found{"1.2.1", "1.2.2"});
    CHECK(archive.studies({{"StudyDate", "20240105\\20231224"}}) == Found{"1.2.1", "1.2.3"});
}

TEST_CASE("wildcards match at the start, inside and at the end")
{
    const Archive archive;
    CHECK(archive.studies({{"PatientName", "m?ller*"}}) == Found{"1.2.1", "1.2.2"});
    CHECK(archive.studies({{"PatientName", "*ann*"}}) == Found{"1.2.1"});
    CHECK(archive.studies({{"PatientName", "?amada^*"}}) == Found{"1.2.3"});
    CHECK(archive.studies({{"AccessionNumber", "A-?00"}}) == Found{"1.2.1", "1.2.2"});
    CHECK(archive.studies({{"AccessionNumber", "*00"}}) == Found{"1.2.1", "1.2.2"});
    CHECK(archive.studies({{"StudyDescription", "*nativ"}}) == Found{"1.2.1"});
    CHECK(archive.studies({{"PatientID", "*"}}).size() == 5);
    CHECK(archive.studies({{"PatientID", "?*"}}).size() == 4);
}

TEST_CASE("each component group of a name is found by itself")
{
    const Archive archive;
    CHECK(archive.studies({{"PatientName", "山田^太郎"}}) == Found{"1.2.3"});
    CHECK(archive.studies({{"PatientName", "山*"}}) == Found{"1.2.3"});
    CHECK(archive.studies({{"PatientName", "*たろう"}}) == Found{"1.2.3"});
}

TEST_CASE("fuzzy matching ignores case, accents and the order of a name's components")
{
    const Archive archive;
    const index::QueryOptions fuzzy{.relational = true, .fuzzy = true};
    CHECK(archive.studies({{"PatientName", "muller"}}, fuzzy) == Found{"1.2.1", "1.2.2"});
    CHECK(archive.studies({{"PatientName", "anna muller"}}, fuzzy) == Found{"1.2.1"});
    CHECK(archive.studies({{"ReferringPhysicianName", "eva arztin"}}, fuzzy) == Found{"1.2.3"});
}

TEST_CASE("ranges include their ends, and a stored time its whole precision")
{
    const Archive archive;
    CHECK(archive.studies({{"StudyDate", "20240105-20240106"}}) ==
          Found{"1.2.1", "1.2.2", "1.2.4"});
    CHECK(archive.studies({{"StudyDate", "-20231231"}}) == Found{"1.2.3"});
    CHECK(archive.studies({{"StudyDate", "20240106-"}}) == Found{"1.2.2", "1.2.4"});
    CHECK(archive.studies({{"StudyTime", "0900-1015"}}) == Found{"1.2.1", "1.2.2"});
    CHECK(archive.studies({{"StudyTime", "101500-"}}) == Found{"1.2.2", "1.2.3"});
}

TEST_CASE("combined matching reads date and time ranges as one, when it was negotiated")
{
    const Archive archive;
    const Values keys{{"StudyDate", "20231224-20240106"}, {"StudyTime", "2200-1000"}};
    const index::QueryOptions combined{.relational = true, .combined_date_time = true};
    // From the 24th 22:00 to the 6th 10:00: of the 6th only what has no time, or an early one.
    CHECK(archive.studies(keys, combined) == Found{"1.2.1", "1.2.3", "1.2.4"});
    CHECK(archive.studies({{"StudyDate", "20240106-"}, {"StudyTime", "1000-"}}, combined) ==
          Found{"1.2.2"});
}

TEST_CASE("two double quotes find what has no value")
{
    const Archive archive;
    CHECK(archive.studies({{"PatientName", "\"\""}}) == Found{"1.2.5"});
    CHECK(archive.studies({{"StudyDate", "\"\""}}) == Found{"1.2.5"});
}

TEST_CASE("all keys must match")
{
    const Archive archive;
    CHECK(archive.studies({{"PatientID", "P1"}, {"StudyDate", "20240106"}}) == Found{"1.2.4"});
    CHECK(archive.studies({{"StudyDate", "20240106"}, {"ModalitiesInStudy", "CT"}}).empty());
    CHECK(archive.studies({{"StudyDate", "20230101-"}, {"ModalitiesInStudy", "CT\\US"}}) ==
          Found{"1.2.1", "1.2.3", "1.2.4"});
}

TEST_CASE("computed attributes are counted and gathered over the whole study")
{
    const Archive archive;
    const auto index = archive.index();
    const auto asked = identifier("STUDY", {{"StudyInstanceUID", "1.2.1"},
                                            {"ModalitiesInStudy", ""},
                                            {"SOPClassesInStudy", ""},
                                            {"NumberOfStudyRelatedSeries", ""},
                                            {"NumberOfStudyRelatedInstances", ""},
                                            {"NumberOfPatientRelatedStudies", ""},
                                            {"InstanceAvailability", ""}});
    auto search = index.search(index::parse_query(QueryRoot::study, asked));
    const auto answer = search.next();
    REQUIRE(answer);
    CHECK(answer->text(tag_of("ModalitiesInStudy")) == "CT\\SR");
    CHECK(answer->text(tag_of("SOPClassesInStudy")) ==
          "1.2.840.10008.5.1.4.1.1.2\\1.2.840.10008.5.1.4.1.1.88.11");
    CHECK(answer->text(tag_of("NumberOfStudyRelatedSeries")) == "2");
    CHECK(answer->text(tag_of("NumberOfStudyRelatedInstances")) == "3");
    CHECK(answer->text(tag_of("NumberOfPatientRelatedStudies")) == "1");
    CHECK(answer->text(tag_of("InstanceAvailability")) == "ONLINE");
    CHECK(answer->text(dicom::tags::query_retrieve_level) == "STUDY");
    CHECK_FALSE(search.next());
    CHECK(archive.studies({{"ModalitiesInStudy", "S*"}}) == Found{"1.2.1"});
    CHECK(archive.studies({{"SOPClassesInStudy", "1.2.840.10008.5.1.4.1.1.88.11"}}) ==
          Found{"1.2.1"});
}

TEST_CASE("a relational query may name attributes of levels above and leave their keys out")
{
    const Archive archive;
    const auto index = archive.index();
    CHECK(answers(index, "SOPInstanceUID",
                  identifier("IMAGE", {{"PatientID", "P1"}, {"Modality", "SR"}})) ==
          Found{"1.2.1.2.1"});
    CHECK(answers(index, "SeriesInstanceUID", identifier("SERIES", {{"Modality", "US"}})) ==
          Found{"1.2.4.1"});
    CHECK(answers(index, "StudyInstanceUID",
                  identifier("IMAGE", {{"SOPInstanceUID", "1.2.3.1.1"}})) == Found{"1.2.3"});
    CHECK(answers(index, "InstanceNumber",
                  identifier("IMAGE", {{"SeriesInstanceUID", "1.2.1.1"},
                                       {"InstanceNumber", "02"}})) == Found{"2"});
}

TEST_CASE("without relational queries each level above needs one unique key")
{
    const Archive archive;
    const auto refused = [](QueryRoot root, const dicom::DataSet& asked) {
        try {
            index::parse_query(root, asked);
            return false;
        } catch (const Error& error) {
            return error.kind() == ErrorKind::data;
        }
    };
    CHECK(refused(QueryRoot::study, identifier("SERIES", {{"Modality", "CT"}})));
    CHECK(refused(QueryRoot::study, identifier("SERIES", {{"StudyInstanceUID", "1.2.1\\1.2.2"}})));
    CHECK(refused(QueryRoot::study, identifier("IMAGE", {{"StudyInstanceUID", "1.2.1"}})));
    CHECK(refused(QueryRoot::patient, identifier("STUDY", {{"PatientID", "P*"}})));
    CHECK(refused(QueryRoot::study, identifier("PATIENT", {{"PatientID", "P1"}})));
    CHECK(refused(QueryRoot::study, identifier("STUDIES", {})));
    CHECK(refused(QueryRoot::study, identifier("STUDY", {{"StudyDate", "20240631"}})));
    CHECK(refused(QueryRoot::study, identifier("STUDY", {{"StudyInstanceUID", "1.2.x"}})));
    CHECK_FALSE(refused(QueryRoot::study, identifier("SERIES", {{"StudyInstanceUID", "1.2.1"}})));
    CHECK_FALSE(refused(QueryRoot::patient, identifier("STUDY", {{"PatientID", "P1"}})));
}

TEST_CASE("the patient level knows a patient by ID and issuer")
{
    const Archive archive;
    const auto index = archive.index();
    const auto patients = [&](const Values& keys, std::string_view keyword) {
        return answers(index, keyword, identifier("PATIENT", keys), {}, QueryRoot::patient);
    };
    CHECK(patients({{"PatientID", "P1"}}, "PatientName") == Found{"Müller^Anna", "O'Neil^Sean"});
    CHECK(patients({{"PatientID", "P1"}, {"IssuerOfPatientID", "OTHER"}},
                   "NumberOfPatientRelatedInstances") == Found{"1"});
    CHECK(patients({{"PatientName", "m*"}}, "PatientID") == Found{"P1", "P2"});
    CHECK(patients({}, "PatientID").size() == 5);
}

TEST_CASE("what the index does not know is told, neither matched nor returned")
{
    const Archive archive;
    auto asked = identifier("STUDY", {{"PatientID", "P2"},
                                      {"SmokingStatus", "NO"},
                                      {"PatientWeight", "70"},
                                      {"SeriesDescription", "x"}});
    const auto query = index::parse_query(QueryRoot::study, asked);
    CHECK(query.unsupported == std::vector{tag_of("SeriesDescription"), tag_of("PatientWeight"),
                                           tag_of("SmokingStatus")});
    auto search = archive.index().search(query);
    const auto answer = search.next();
    REQUIRE(answer);
    CHECK_FALSE(answer->has(tag_of("SmokingStatus")));
    CHECK_FALSE(answer->has(tag_of("SeriesDescription")));
    CHECK(answer->has(tag_of("PatientWeight")));  // returned, though not matched
}

TEST_CASE("sequence matching finds the series with an item that fits, and returns those items")
{
    ScratchIndex scratch;
    auto first = record(1, 1, 1);
    first.requests = {
        {{tag_of("ScheduledProcedureStepID"), "S1"}, {tag_of("RequestedProcedureID"), "R1"}},
        {{tag_of("ScheduledProcedureStepID"), "S2"}, {tag_of("RequestedProcedureID"), "R2"}}};
    scratch.add({first, record(2, 1, 1)});
    const index::Index index{scratch.path()};
    const auto asked = [](std::string_view step, std::string_view procedure) {
        auto made = identifier("SERIES", {{"SeriesInstanceUID", ""}});
        dicom::Element sequence{tag_of("RequestAttributesSequence"), dicom::Vr::SQ, {}};
        sequence.items.emplace_back();
        sequence.items.front().set_text(tag_of("ScheduledProcedureStepID"), step);
        sequence.items.front().set_text(tag_of("RequestedProcedureID"), procedure);
        made.put(sequence);
        return made;
    };
    CHECK(answers(index, "SeriesInstanceUID", asked("S1", "")) == Found{"1.2.1.1"});
    CHECK(answers(index, "SeriesInstanceUID", asked("S1", "R2")).empty());
    CHECK(answers(index, "SeriesInstanceUID", asked("S*", "")) == Found{"1.2.1.1"});
    CHECK(answers(index, "SeriesInstanceUID", asked("", "")) == Found{"1.2.1.1", "1.2.2.1"});
    auto search = index.search(index::parse_query(QueryRoot::study, asked("S2", ""), relational));
    const auto answer = search.next();
    REQUIRE(answer);
    const auto* sequence = answer->find(tag_of("RequestAttributesSequence"));
    REQUIRE(sequence != nullptr);
    REQUIRE(sequence->items.size() == 1);
    CHECK(sequence->items.front().text(tag_of("RequestedProcedureID")) == "R2");
}

TEST_CASE("a search sees one state of the index while objects arrive")
{
    Archive archive;
    const auto index = archive.index();
    auto search = index.search(index::parse_query(QueryRoot::study, identifier("STUDY", {})));
    REQUIRE(search.next());
    archive.scratch.add({record(6, 1, 1), record(1, 9, 1)});
    std::size_t count = 1;
    while (search.next()) {
        ++count;
    }
    CHECK(count == 5);
    CHECK(archive.studies({}).size() == 6);
}

TEST_CASE("text of any character set comes out as UTF-8 and says so; ASCII needs no word")
{
    const Archive archive;
    const auto index = archive.index();
    const auto charset = [&](std::string_view id) {
        const auto asked = identifier("STUDY", {{"PatientID", id}, {"PatientName", ""}});
        auto search = index.search(index::parse_query(QueryRoot::study, asked));
        return search.next()->text(dicom::tags::specific_character_set);
    };
    CHECK(charset("P3") == "ISO_IR 192");
    CHECK(charset("P2").empty());
}

TEST_CASE("a search ends at its deadline")
{
    const Archive archive;
    auto search =
        archive.index().search(index::parse_query(QueryRoot::study, identifier("STUDY", {})),
                               Deadline{Deadline::Clock::time_point::min()});
    CHECK_THROWS_AS(search.next(), Error);
}

TEST_CASE("keys beyond all measure are refused")
{
    const auto refused = [](const dicom::DataSet& asked) {
        CHECK_THROWS_AS(index::parse_query(QueryRoot::study, asked), Error);
    };
    refused(identifier("STUDY", {{"PatientName", "*" + std::string(2000, 'a') + "*"}}));
    std::string uids = "1";
    for (int i = 0; i < 40'000; ++i) {
        uids += "\\1." + std::to_string(i);
    }
    refused(identifier("STUDY", {{"StudyInstanceUID", uids}}));
}

TEST_CASE("a list of three thousand UIDs is answered")
{
    const Archive archive;
    std::string uids = "1.2.4";
    for (int i = 0; i < 3000; ++i) {
        uids += "\\9." + std::to_string(i);
    }
    CHECK(archive.studies({{"StudyInstanceUID", uids}}) == Found{"1.2.4"});
}
