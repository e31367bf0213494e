#include "index/attributes.hpp"
#include "index/index.hpp"
#include "index/query.hpp"
#include "index/sqlite.hpp"

#include "catch.hpp"
#include "index/fixture.hpp"

#include <sstream>

using namespace pacs;
using namespace pacs::test;
using dicom::QueryLevel;
using dicom::QueryRoot;
using index::Storage;

namespace {

/// The keys that a value of this kind may have, one of each matching kind.
std::vector<std::string> keys_for(const index::Attribute& attribute)
{
    switch (attribute.storage) {
    case Storage::text:
    case Storage::name: return {"AB", "AB\\CD", "AB*", "A*", "*B", "?B*", "*A*B*", "?*", "\"\""};
    case Storage::modalities: return {"CT", "CT\\MR", "C*", "*T"};
    case Storage::date:
        return {"20240101",  "20240101\\20240102", "20240101-20240131",
                "20240101-", "-20240101",          "\"\""};
    case Storage::time: return {"10", "101500", "10-12", "10-", "-12", "\"\""};
    case Storage::integer: return {"1", "1\\2"};
    case Storage::uid:
    case Storage::registered:
    case Storage::classes: return {"1.2", "1.2\\1.3"};
    default: return {};
    }
}

/// A line of a plan that walks a whole table. A walk along an index that holds all that is needed
/// is how a wildcard inside a value is answered.
bool walks_a_table(const std::string& line)
{
    return line.find("SCAN") != std::string::npos &&
           line.find("COVERING INDEX") == std::string::npos &&
           line.find("VIRTUAL TABLE") == std::string::npos &&  // json_each() over a list of keys
           line.find("SCAN (") == std::string::npos &&
           line.find("CONSTANT ROW") == std::string::npos;
}

void check_plan(const index::Index& index, QueryRoot root, const dicom::DataSet& asked,
                const index::QueryOptions& options)
{
    const auto search = index.search(index::parse_query(root, asked, options));
    std::istringstream lines{search.plan()};
    for (std::string line; std::getline(lines, line);) {
        INFO(search.sql() << "\n" << search.plan());
        CHECK_FALSE(walks_a_table(line));
        CHECK(line.find("TEMP B-TREE FOR ORDER") == std::string::npos);
    }
}

}  // namespace

TEST_CASE("no query walks a whole table: each key of each kind, at each level, has an index")
{
    const ScratchIndex scratch;
    const index::Index index{scratch.path()};
    int shapes = 0;
    for (const QueryRoot root : {QueryRoot::patient, QueryRoot::study}) {
        for (const QueryLevel level :
             {QueryLevel::patient, QueryLevel::study, QueryLevel::series, QueryLevel::instance}) {
            for (const auto& attribute : index::attributes()) {
                if (!dicom::has_level(root, level) || attribute.level > level ||
                    !attribute.matched) {
                    continue;
                }
                for (const std::string& key : keys_for(attribute)) {
                    for (const bool fuzzy : {false, true}) {
                        dicom::DataSet asked;
                        asked.set_text(dicom::tags::query_retrieve_level,
                                       dicom::level_value(level));
                        asked.set_text(attribute.tag, key, attribute.vr);
                        check_plan(index, root, asked, {.relational = true, .fuzzy = fuzzy});
                        ++shapes;
                    }
                }
            }
        }
    }
    CHECK(shapes > 1000);
}

TEST_CASE("the universal query alone walks its table, and this test would see it")
{
    const ScratchIndex scratch;
    const index::Index index{scratch.path()};
    for (const std::string_view level : {"STUDY", "SERIES", "IMAGE"}) {
        const auto query = index::parse_query(
            QueryRoot::study, identifier(level, {{"PatientComments", ""}}), {.relational = true});
        std::istringstream lines{index.search(query).plan()};
        bool walked = false;
        for (std::string line; std::getline(lines, line);) {
            walked = walked || walks_a_table(line);
        }
        CHECK(walked);
    }
}

TEST_CASE("hierarchical queries and combinations of keys go through an index too")
{
    const ScratchIndex scratch;
    const index::Index index{scratch.path()};
    const std::vector<std::pair<std::string_view, Values>> queries{
        {"SERIES", {{"StudyInstanceUID", "1.2"}, {"Modality", "CT"}, {"SeriesDescription", "*x*"}}},
        {"IMAGE",
         {{"StudyInstanceUID", "1.2"}, {"SeriesInstanceUID", "1.3"}, {"SOPInstanceUID", ""}}},
        {"IMAGE",
         {{"StudyInstanceUID", "1.2"},
          {"SeriesInstanceUID", "1.3"},
          {"InstanceNumber", "4"},
          {"SOPClassUID", "1.4"}}},
        {"STUDY",
         {{"PatientName", "S*"}, {"StudyDate", "20240101-20240131"}, {"ModalitiesInStudy", "CT"}}},
        {"STUDY",
         {{"StudyDate", "20240101-20240131"},
          {"StudyTime", "10-12"},
          {"SOPClassesInStudy", "1.4"}}},
        {"STUDY",
         {{"ModalitiesInStudy", "CT"},
          {"NumberOfStudyRelatedInstances", ""},
          {"NumberOfPatientRelatedStudies", ""},
          {"SOPClassesInStudy", ""}}},
        {"STUDY",
         {{"StudyDate", "20240101-"},
          {"PatientSex", "M"},
          {"PatientBirthDate", "19500101-19591231"}}},
    };
    for (const auto& [level, keys] : queries) {
        check_plan(index, QueryRoot::study, identifier(level, keys), {.relational = true});
        check_plan(index, QueryRoot::study, identifier(level, keys),
                   {.relational = true, .combined_date_time = true});
    }
}

TEST_CASE("attributes that a scan keeps go through an index too")
{
    const ScratchIndex scratch;
    {
        index::Database database{scratch.path(), index::Database::Mode::write};
        database.run(
            "INSERT INTO key_set (tags) VALUES ('00080008,00080070,00091001'), "
            "('00080022,00080032,00280101,0040A730')");
    }
    const index::Index index{scratch.path()};
    const index::QueryOptions options{.relational = true, .extras = index.extras()};
    CHECK(index.extras().size() == 4);  // no private ones, sequences, or those of the index
    for (const index::Attribute& extra : index.extras()) {
        std::vector<std::string> keys{"\"\""};
        switch (extra.vr) {
        case dicom::Vr::CS: keys = {"AB", "AB\\CD", "AB*", "*B", "?*", "\"\""}; break;
        case dicom::Vr::DA: keys = {"20240101", "20240101-20240131", "-20240101"}; break;
        case dicom::Vr::TM: keys = {"1015", "10-12"}; break;
        default: keys = {std::string{"\x0C\0", 2}}; break;
        }
        for (const std::string& key : keys) {
            dicom::DataSet asked;
            asked.set_text(dicom::tags::query_retrieve_level, "IMAGE");
            asked.put({extra.tag, extra.vr, key});
            check_plan(index, QueryRoot::study, asked, options);
        }
    }
}

TEST_CASE("sequence keys go through an index too")
{
    const ScratchIndex scratch;
    const index::Index index{scratch.path()};
    for (const auto& attribute : index::request_attributes()) {
        for (const std::string& key : keys_for(attribute)) {
            if (key == "\"\"") {
                continue;  // an item without a value does not restrict the search for series
            }
            for (const std::string_view level : {"SERIES", "IMAGE"}) {
                auto asked = identifier(level, {});
                dicom::Element sequence{tag_of("RequestAttributesSequence"), dicom::Vr::SQ, {}};
                sequence.items.emplace_back();
                sequence.items.front().set_text(attribute.tag, key, attribute.vr);
                asked.put(sequence);
                check_plan(index, QueryRoot::study, asked, {.relational = true});
            }
        }
    }
}
