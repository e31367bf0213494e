#include "index/selection.hpp"

#include "base/error.hpp"
#include "catch.hpp"
#include "fixture.hpp"
#include "index/retrieve_keys.hpp"

#include <algorithm>
#include <set>

using namespace pacs;
using namespace pacs::test;
using dicom::QueryRoot;
using dicom::Tag;

namespace {

constexpr std::string_view ct = "1.2.840.10008.5.1.4.1.1.2";
constexpr std::string_view mr = "1.2.840.10008.5.1.4.1.1.4";

index::InstanceRecord stored(const std::string& patient, const std::string& study,
                             const std::string& series, const std::string& uid,
                             std::string_view sop_class = ct)
{
    dicom::DataSet header;
    header.set_text(dicom::tags::sop_class_uid, sop_class);
    header.set_text(dicom::tags::sop_instance_uid, uid);
    header.set_text(dicom::tags::patient_id, patient);
    header.set_text(dicom::tags::study_instance_uid, study);
    header.set_text(dicom::tags::series_instance_uid, series);
    index::InstanceRecord record = index::record_of(header);
    record.transfer_syntax_uid = "1.2.840.10008.1.2.1";
    record.shard = "00";
    record.sha256 = std::string(64, 'a');
    record.size = 1000;
    return record;
}

/// Two patients; P1 has studies 1.1 (series 1.1.1 with 3, 1.1.2 with 2) and 1.2, P2 has 2.1.
const std::vector<index::InstanceRecord>& records()
{
    static const std::vector<index::InstanceRecord> all{
        stored("P1", "1.1", "1.1.1", "1.1.1.1"), stored("P1", "1.1", "1.1.1", "1.1.1.2"),
        stored("P2", "2.1", "2.1.1", "2.1.1.1"), stored("P1", "1.1", "1.1.1", "1.1.1.3"),
        stored("P1", "1.1", "1.1.2", "1.1.2.1"), stored("P1", "1.1", "1.1.2", "1.1.2.2", mr),
        stored("P1", "1.2", "1.2.1", "1.2.1.1")};
    return all;
}

dicom::DataSet identifier(std::string_view level,
                          const std::vector<std::pair<Tag, std::string>>& keys)
{
    dicom::DataSet data_set;
    data_set.set_text(dicom::tags::query_retrieve_level, level);
    for (const auto& [tag, value] : keys) {
        data_set.set_text(tag, value);
    }
    return data_set;
}

struct Archive {
    Archive() { scratch.add(records()); }
    ScratchIndex scratch;
    index::Index index{scratch.path()};

    /// Read in pages of `page`.
    std::vector<std::string> uids(index::RetrieveKeys keys, std::size_t page = 2) const
    {
        index::Selection selection = index.select(std::move(keys));
        std::vector<std::string> found;
        for (auto rows = selection.next(page); !rows.empty(); rows = selection.next(page)) {
            CHECK(rows.size() <= page);
            for (const auto& row : rows) {
                found.push_back(row.instance_uid);
            }
        }
        CHECK(selection.survey().instances == found.size());
        return found;
    }
};

constexpr Tag patient = dicom::tags::patient_id;
constexpr Tag study = dicom::tags::study_instance_uid;
constexpr Tag series = dicom::tags::series_instance_uid;
constexpr Tag instance_tag = dicom::tags::sop_instance_uid;

index::RetrieveKeys parse(QueryRoot root, std::string_view level,
                          const std::vector<std::pair<Tag, std::string>>& keys,
                          bool relational = false)
{
    return index::parse_retrieve_keys(root, identifier(level, keys), relational);
}

}  // namespace

TEST_CASE("each level of both roots selects its instances, series by series")
{
    const Archive archive;
    using Uids = std::vector<std::string>;
    const Uids study_11{"1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.2.1", "1.1.2.2"};
    Uids patient_1 = study_11;
    patient_1.emplace_back("1.2.1.1");
    CHECK(archive.uids(parse(QueryRoot::patient, "PATIENT", {{patient, "P1"}})) == patient_1);
    CHECK(archive.uids(parse(QueryRoot::study, "STUDY", {{study, "1.1"}})) == study_11);
    CHECK(archive.uids(parse(QueryRoot::patient, "STUDY", {{patient, "P1"}, {study, "1.1"}})) ==
          study_11);
    CHECK(archive.uids(parse(QueryRoot::study, "SERIES", {{study, "1.1"}, {series, "1.1.2"}})) ==
          Uids{"1.1.2.1", "1.1.2.2"});
    CHECK(archive.uids(parse(QueryRoot::study, "IMAGE",
                             {{study, "1.1"}, {series, "1.1.1"}, {instance_tag, "1.1.1.2"}})) ==
          Uids{"1.1.1.2"});
}

TEST_CASE("lists of UIDs select all of them, each once")
{
    const Archive archive;
    CHECK(archive.uids(parse(QueryRoot::study, "STUDY", {{study, "2.1\\1.2\\2.1\\9.9"}})).size() ==
          2);
    CHECK(
        archive.uids(parse(QueryRoot::study, "SERIES", {{study, "1.1"}, {series, "1.1.1\\1.1.2"}}))
            .size() == 5);
    CHECK(archive.uids(parse(QueryRoot::study, "IMAGE",
                             {{study, "1.1"},
                              {series, "1.1.1"},
                              {instance_tag, "1.1.1.3\\1.1.1.1\\1.1.1.3\\1.1.2.1"}})) ==
          std::vector<std::string>{"1.1.1.1", "1.1.1.3"});
}

TEST_CASE("what another patient or study has is not selected")
{
    const Archive archive;
    CHECK(archive.uids(parse(QueryRoot::patient, "STUDY", {{patient, "P2"}, {study, "1.1"}}))
              .empty());
    CHECK(
        archive.uids(parse(QueryRoot::study, "STUDY", {{patient, "P2"}, {study, "1.1"}})).empty());
    CHECK(archive.uids(parse(QueryRoot::study, "SERIES", {{study, "1.2"}, {series, "1.1.1"}}))
              .empty());
    CHECK(archive
              .uids(parse(QueryRoot::patient, "PATIENT",
                          {{patient, "P1"}, {Tag{0x0010, 0x0021}, "ELSEWHERE"}}))
              .empty());
}

TEST_CASE("relational retrieval needs no keys above its level, and takes those there are")
{
    const Archive archive;
    CHECK(archive.uids(parse(QueryRoot::study, "IMAGE", {{instance_tag, "1.1.2.1\\2.1.1.1"}}, true))
              .size() == 2);
    CHECK(archive.uids(parse(QueryRoot::study, "SERIES", {{series, "1.1.1"}}, true)).size() == 3);
    CHECK(archive.uids(parse(QueryRoot::patient, "IMAGE",
                             {{patient, "P2"}, {instance_tag, "1.1.2.1\\2.1.1.1"}}, true)) ==
          std::vector<std::string>{"2.1.1.1"});
}

TEST_CASE("the survey knows each class and transfer syntax, and what comes later is not selected")
{
    Archive archive;
    index::Selection selection =
        archive.index.select(parse(QueryRoot::study, "STUDY", {{study, "1.1"}}));
    archive.scratch.add({stored("P1", "1.1", "1.1.1", "1.1.1.9")});
    const auto& contexts = selection.survey().contexts;
    CHECK(contexts.size() == 2);
    CHECK(contexts.at({std::string{ct}, "1.2.840.10008.1.2.1"}) == 4);
    CHECK(contexts.at({std::string{mr}, "1.2.840.10008.1.2.1"}) == 1);
    CHECK(selection.survey().instances == 5);
    CHECK(selection.next(100).size() == 5);
    CHECK(selection.next(100).empty());
}

TEST_CASE("identifiers that break the rules of PS3.4 C.4.2.1.4 are refused")
{
    using Keys = std::vector<std::pair<Tag, std::string>>;
    const auto refused = [](QueryRoot root, std::string_view level, const Keys& keys) {
        CHECK_THROWS_AS(parse(root, level, keys), Error);
    };
    refused(QueryRoot::study, "PATIENT", {{patient, "P1"}});
    refused(QueryRoot::study, "", {{study, "1.1"}});
    refused(QueryRoot::study, "FRAME", {{study, "1.1"}});
    refused(QueryRoot::study, "STUDY", {});
    refused(QueryRoot::study, "STUDY", {{study, ""}});
    refused(QueryRoot::study, "STUDY", {{study, "*"}});
    refused(QueryRoot::study, "STUDY", {{study, "../../etc"}});
    refused(QueryRoot::study, "STUDY", {{study, "1.1"}, {series, "1.1.1"}});
    refused(QueryRoot::study, "SERIES", {{series, "1.1.1"}});
    refused(QueryRoot::study, "SERIES", {{study, "1.1\\1.2"}, {series, "1.1.1"}});
    refused(QueryRoot::study, "IMAGE", {{study, "1.1"}, {instance_tag, "1.1.1.1"}});
    refused(QueryRoot::patient, "STUDY", {{study, "1.1"}});
    refused(QueryRoot::patient, "PATIENT", {{patient, "P*"}});
    refused(QueryRoot::patient, "PATIENT", {{patient, "P1\\P2"}});
}

TEST_CASE("a refusal says which key it is about, and no value of it")
{
    try {
        parse(QueryRoot::patient, "PATIENT", {{patient, "Secret*Name"}});
        FAIL("was taken");
    } catch (const Error& error) {
        const std::string words = error.what();
        CHECK(words.find("PatientID") != std::string::npos);
        CHECK(words.find("Secret") == std::string::npos);
    }
}
