#include "index/rebuilder.hpp"

#include "catch.hpp"
#include "index/fixture.hpp"
#include "index/sqlite.hpp"

#include <algorithm>
#include <map>
#include <random>

using namespace pacs;
using namespace pacs::test;

namespace {

/// As a header would have made it: `said` follows from the values.
index::InstanceRecord object(int study, int series, int number, const std::string& patient,
                             const std::string& description, const std::string& modality)
{
    dicom::DataSet header;
    const index::InstanceRecord names = record(study, series, number);
    header.set_text(dicom::tags::sop_class_uid, names.class_uid);
    header.set_text(dicom::tags::sop_instance_uid, names.instance_uid);
    header.set_text(dicom::tags::study_instance_uid, names.study_uid);
    header.set_text(dicom::tags::series_instance_uid, names.series_uid);
    header.set_text(dicom::tags::patient_id, patient);
    header.set_text(dicom::tags::patient_name, "Name^" + (patient.empty() ? modality : patient));
    header.set_text(tag_of("StudyDescription"), description);
    header.set_text(tag_of("Modality"), modality);
    index::InstanceRecord made = index::record_of(header);
    made.transfer_syntax_uid = names.transfer_syntax_uid;
    made.shard = names.shard;
    made.sha256 = names.sha256;
    made.size = names.size;
    return made;
}

/// All that an index says, without the numbers of its rows.
std::string content_of(const std::filesystem::path& path)
{
    index::Database database{path, index::Database::Mode::read};
    std::string text;
    for (const char* sql :
         {"SELECT identity, patient_name, patient_id, studies, series, instances FROM patient_row "
          "ORDER BY 1",
          "SELECT s.study_instance_uid, p.identity, s.patient_id, s.patient_name, "
          "s.study_description, s.said, s.series, s.instances FROM study_row s "
          "JOIN patient_row p ON p.id = s.patient ORDER BY 1",
          "SELECT series_instance_uid, modality, said, instances FROM series_row ORDER BY 1",
          "SELECT SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID, received FROM instances "
          "ORDER BY 1",
          "SELECT i.sop_instance_uid, s.study_instance_uid, o.patient_id, o.patient_name FROM "
          "other_patient o JOIN instance_row i ON i.id = o.instance "
          "JOIN study_row s ON s.id = o.study ORDER BY 1",
          "SELECT k.kind, k.key, coalesce(p.identity, s.study_instance_uid) FROM name_key k "
          "LEFT JOIN patient_row p ON k.kind = 1 AND p.id = k.owner "
          "LEFT JOIN study_row s ON k.kind = 2 AND s.id = k.owner ORDER BY 1, 2, 3",
          "SELECT s.study_instance_uid, c.class FROM study_class c JOIN study_row s ON s.id = "
          "c.study ORDER BY 1"}) {
        index::Statement row{database, sql};
        while (row.step()) {
            for (int column = 0; column < row.columns(); ++column) {
                text += std::string{row.text(column)} + "|";
            }
            text += "\n";
        }
        text += "--\n";
    }
    return text;
}

}  // namespace

TEST_CASE("instances whose patient is not that of their study are written down, others are not")
{
    ScratchIndex scratch;
    scratch.add({object(1, 1, 1, "P1", "first", "CT"), object(1, 1, 2, "P1", "other", "CT"),
                 object(1, 2, 3, "P2", "first", "MR"), object(2, 1, 1, "", "first", "CT"),
                 object(2, 1, 2, "", "first", "MR")});
    index::Database database{scratch.path(), index::Database::Mode::read};
    CHECK(database.number("SELECT count(*) FROM other_patient") == 2);
    CHECK(database.number("SELECT count(*) FROM other_patient WHERE patient_id = 'P2'") == 1);
    CHECK(database.number("SELECT count(*) FROM other_patient WHERE patient_name = 'Name^MR'") ==
          1);
    index::Writer writer{scratch.path(), index::Synchronous::normal};
    writer.begin();
    writer.replace(object(1, 2, 3, "P1", "first", "MR"));
    writer.replace(object(1, 1, 2, "P3", "first", "CT"));
    writer.commit();
    CHECK(database.number("SELECT count(*) FROM other_patient WHERE patient_id = 'P2'") == 0);
    CHECK(database.number("SELECT count(*) FROM other_patient WHERE patient_id = 'P3'") == 1);
}

TEST_CASE("a rebuilt index says what the lost one said, in whatever order objects are found")
{
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::mt19937 random{seed};
        const auto below = [&random](int limit) {
            return static_cast<int>(random() % static_cast<unsigned>(limit));
        };
        std::vector<index::InstanceRecord> objects;
        std::map<std::string, index::InstanceRecord> by_uid;
        for (int number = 0; number < 40; ++number) {
            const int study = below(4);
            const std::string patient =
                below(6) == 0 ? std::string{} : "P" + std::to_string(below(3) == 0 ? 9 : study / 2);
            objects.push_back(object(study, below(3), number, patient,
                                     below(3) == 0 ? "other" : "first",
                                     below(3) == 0 ? "MR" : "CT"));
            objects.back().received_ms = 1'700'000'000'000 + number;
            by_uid[objects.back().instance_uid] = objects.back();
        }
        ScratchIndex lost;
        lost.add(objects);
        std::shuffle(objects.begin(), objects.end(), random);
        const auto made = lost.folder() / "made.db";
        index::Rebuilder rebuilder{made};
        for (const auto& each : objects) {
            REQUIRE(rebuilder.insert(each));
        }
        rebuilder.finish(
            [&](const index::StoredInstance& stored) { return by_uid.at(stored.instance_uid); });
        INFO("seed " << seed);
        REQUIRE(content_of(made) == content_of(lost.path()));
    }
}
