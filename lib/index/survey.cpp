#include "index/survey.hpp"

#include "base/digest.hpp"
#include "index/index.hpp"
#include "index/schema.hpp"
#include "index/sqlite.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>

namespace pacs::index {

namespace {

constexpr std::size_t patients_limit = 100;

constexpr const char* copies_sql =
    "SELECT i.sop_instance_uid, s.study_instance_uid, e.series_instance_uid, c.file IS NOT NULL, "
    "d1.path, f1.name, f1.member, f1.member_name, f1.size, f1.mtime_ns, f1.inode, f1.sha256, "
    "f1.content_sha256, "
    "d2.path, f2.name, f2.member, f2.member_name, f2.size, f2.mtime_ns, f2.inode, f2.sha256, "
    "f2.content_sha256 "
    "FROM file f2 INDEXED BY file_copy CROSS JOIN instance_row i ON i.id = f2.instance "
    "CROSS JOIN series_row e ON e.id = i.series CROSS JOIN study_row s ON s.id = e.study "
    "CROSS JOIN file f1 ON f1.id = i.file CROSS JOIN folder d1 ON d1.id = f1.folder "
    "CROSS JOIN folder d2 ON d2.id = f2.folder LEFT JOIN claim c ON c.file = f2.id "
    "WHERE f2.copy = 1 ORDER BY f2.instance, f2.id";

// Names decide only where there is no ID.
constexpr const char* several_sql =
    "SELECT DISTINCT s.id, s.study_instance_uid, s.patient_id, s.issuer_of_patient_id, "
    "s.patient_name FROM claim c JOIN study_row s ON s.study_instance_uid = c.study_instance_uid "
    "WHERE c.patient_id IS NOT s.patient_id OR "
    "c.issuer_of_patient_id IS NOT s.issuer_of_patient_id OR "
    "(c.patient_id IS NULL AND c.patient_name IS NOT s.patient_name) "
    "UNION SELECT s.id, s.study_instance_uid, s.patient_id, s.issuer_of_patient_id, "
    "s.patient_name FROM other_patient o JOIN study_row s ON s.id = o.study ORDER BY 2";
constexpr const char* others_sql =
    "SELECT o.id, o.issuer, o.name, o.files, CAST(d.path AS TEXT) || '/' || CAST(f.name AS TEXT), "
    "0 FROM (SELECT c.patient_id AS id, c.issuer_of_patient_id AS issuer, c.patient_name AS name, "
    "count(*) AS files, min(c.file) AS file FROM claim c JOIN study_row s ON s.study_instance_uid "
    "= c.study_instance_uid "
    "WHERE s.id = ?1 AND (c.patient_id IS NOT s.patient_id OR "
    "c.issuer_of_patient_id IS NOT s.issuer_of_patient_id OR "
    "(c.patient_id IS NULL AND c.patient_name IS NOT s.patient_name)) "
    "GROUP BY c.patient_id, c.issuer_of_patient_id, "
    "CASE WHEN c.patient_id IS NULL THEN c.patient_name END ORDER BY 1, 2, 3 LIMIT ?2) o "
    "JOIN file f ON f.id = o.file JOIN folder d ON d.id = f.folder "
    "UNION ALL SELECT o.patient_id, o.issuer_of_patient_id, min(o.patient_name), count(*), "
    "min('objects/' || s.shard || '/' || s.study_instance_uid || '/' || e.series_instance_uid || "
    "'/' || i.sop_instance_uid || '.dcm'), 1 FROM other_patient o "
    "JOIN instance_row i ON i.id = o.instance JOIN series_row e ON e.id = i.series "
    "JOIN study_row s ON s.id = o.study WHERE o.study = ?1 "
    "GROUP BY o.patient_id, o.issuer_of_patient_id, "
    "CASE WHEN o.patient_id IS NULL THEN o.patient_name END ORDER BY 1, 2, 3 LIMIT ?2";

constexpr const char* shared_series_sql =
    "SELECT e.series_instance_uid, s.study_instance_uid FROM series_row e "
    "JOIN study_row s ON s.id = e.study WHERE e.series_instance_uid IN ("
    "SELECT series_instance_uid FROM series_row GROUP BY series_instance_uid HAVING count(*) > 1) "
    "ORDER BY 1, 2";

struct ShareQuery {
    const char* attribute;
    const char* value;
};
constexpr std::array share_queries{
    ShareQuery{"Modality", "e.modality"},
    ShareQuery{"SOPClassUID", "(SELECT uid FROM uid WHERE id = i.sop_class)"},
    ShareQuery{"TransferSyntaxUID", "(SELECT uid FROM uid WHERE id = i.transfer_syntax)"},
    ShareQuery{"StudyDate", "substr(s.study_date, 1, 4)"},
    ShareQuery{"Manufacturer", "e.manufacturer"},
};

HolderFile holder_of(const Statement& row, int column)
{
    return {fmt::format("{}/{}", row.blob(column), row.blob(column + 1)),
            row.number(column + 2),
            std::string{row.blob(column + 3)},
            row.number(column + 4),
            row.number(column + 5),
            row.number(column + 6),
            to_hex(std::as_bytes(std::span{row.blob(column + 7)})),
            to_hex(std::as_bytes(std::span{row.blob(column + 8)}))};
}

std::uint64_t count_at(const Statement& row, int column)
{
    return static_cast<std::uint64_t>(row.number(column));
}

}  // namespace

Content compared(const InstanceCopy& pair) noexcept
{
    const HolderFile& first = pair.first;
    const HolderFile& copy = pair.copy;
    if (pair.other_place) {
        return Content::different;
    }
    const bool digests = !first.sha256.empty() && !copy.sha256.empty();
    if (digests && first.sha256 == copy.sha256) {
        return Content::same;
    }
    if (!first.content_sha256.empty() && !copy.content_sha256.empty()) {
        return first.content_sha256 == copy.content_sha256 ? Content::same_said
                                                           : Content::different;
    }
    return digests || first.size != copy.size ? Content::different : Content::same_size;
}

Survey::Survey(const std::filesystem::path& database)
{
    check_head(database);
    database_ = std::make_unique<Database>(database, Database::Mode::read);
    check_version(*database_, schema_version);
    database_->run("BEGIN");  // one state of the index for all questions
}
Survey::~Survey() = default;

void Survey::visit_copies(const std::function<bool(const InstanceCopy&)>& visit)
{
    Statement row{*database_, copies_sql};
    while (row.step()) {
        InstanceCopy pair;
        pair.instance_uid = row.text(0);
        pair.study_uid = row.text(1);
        pair.series_uid = row.text(2);
        pair.other_place = row.number(3) != 0;
        pair.first = holder_of(row, 4);
        pair.copy = holder_of(row, 13);
        if (!visit(pair)) {
            return;
        }
    }
}

void Survey::visit_studies_of_several(
    const std::function<bool(const std::string&, const std::vector<StudyPatient>&)>& visit)
{
    Statement study{*database_, several_sql};
    Statement other{*database_, others_sql};
    while (study.step()) {
        std::vector<StudyPatient> patients;
        patients.push_back({std::string{study.text(2)},
                            std::string{study.text(3)},
                            std::string{study.text(4)},
                            0,
                            {},
                            false});
        other.bind(1, study.number(0));
        other.bind(2, static_cast<std::int64_t>(patients_limit - 1));
        while (other.step()) {
            patients.push_back({std::string{other.text(0)}, std::string{other.text(1)},
                                std::string{other.text(2)}, count_at(other, 3),
                                std::string{other.text(4)}, other.number(5) != 0});
        }
        other.reset();
        if (!visit(std::string{study.text(1)}, patients)) {
            return;
        }
    }
}

void Survey::visit_shared_series(
    const std::function<bool(const std::string&, const std::vector<std::string>&)>& visit)
{
    Statement row{*database_, shared_series_sql};
    std::string series;
    std::vector<std::string> studies;
    while (row.step()) {
        if (row.text(0) != series && !studies.empty()) {
            if (!visit(series, studies)) {
                return;
            }
            studies.clear();
        }
        series = row.text(0);
        studies.emplace_back(row.text(1));
    }
    if (!studies.empty()) {
        visit(series, studies);
    }
}

Totals Survey::totals()
{
    Statement row{*database_,
                  "SELECT (SELECT count(*) FROM patient_row), (SELECT count(*) FROM study_row), "
                  "(SELECT count(*) FROM series_row), (SELECT count(*) FROM instance_row), "
                  "(SELECT sum(size) FROM instance_row), (SELECT count(*) FROM file), "
                  "(SELECT count(*) FROM file WHERE copy = 1), "
                  "(SELECT sum(size) FROM file WHERE copy = 1)"};
    row.step();
    return {count_at(row, 0), count_at(row, 1), count_at(row, 2), count_at(row, 3),
            count_at(row, 4), count_at(row, 5), count_at(row, 6), count_at(row, 7)};
}

void Survey::visit_shares(const std::function<bool(const Share&)>& visit)
{
    for (const ShareQuery& query : share_queries) {
        Statement row{*database_,
                      fmt::format("SELECT {}, count(DISTINCT e.study), count(DISTINCT e.id), "
                                  "count(*), sum(i.size) FROM study_row s "
                                  "CROSS JOIN series_row e ON e.study = s.id "
                                  "CROSS JOIN instance_row i ON i.series = e.id "
                                  "GROUP BY 1 ORDER BY 4 DESC, 1",
                                  query.value)};
        while (row.step()) {
            if (!visit({query.attribute, std::string{row.text(0)}, count_at(row, 1),
                        count_at(row, 2), count_at(row, 3), count_at(row, 4)})) {
                return;
            }
        }
    }
    Statement row{*database_,
                  "SELECT reason, count(*), sum(size) FROM file WHERE reason IS NOT NULL "
                  "GROUP BY 1 ORDER BY 2 DESC, 1"};
    while (row.step()) {
        if (!visit(
                {"reason", std::string{row.text(0)}, 0, 0, count_at(row, 1), count_at(row, 2)})) {
            return;
        }
    }
}

}  // namespace pacs::index
