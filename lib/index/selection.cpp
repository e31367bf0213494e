#include "index/selection.hpp"

#include "index/index.hpp"
#include "index/readers.hpp"
#include "index/stored.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace pacs::index {

namespace {

using dicom::QueryLevel;

/// The tables from the patient down, each join by the index of the lower one.
constexpr std::string_view down_to_series =
    "FROM patient_row p CROSS JOIN study_row s ON s.patient = p.id "
    "CROSS JOIN series_row e ON e.study = s.id WHERE p.patient_id = ?1";
constexpr std::string_view from_study =
    "FROM study_row s CROSS JOIN series_row e ON e.study = s.id WHERE s.study_instance_uid = ?1";
constexpr std::string_view from_series =
    "FROM series_row e CROSS JOIN study_row s ON s.id = e.study WHERE e.series_instance_uid = ?1";
/// What the levels above must be, where that is known.
constexpr std::string_view and_above =
    " AND (?2 = '' OR s.patient_id = ?2) AND (?3 = '' OR s.issuer_of_patient_id = ?3) "
    "AND (?4 = '' OR s.study_instance_uid = ?4) AND (?5 = '' OR e.series_instance_uid = ?5)";
constexpr std::string_view with_syntax =
    "JOIN uid c ON c.id = i.sop_class JOIN uid t ON t.id = i.transfer_syntax ";

std::string_view from_level(QueryLevel level)
{
    return level == QueryLevel::patient ? down_to_series
           : level == QueryLevel::study ? from_study
                                        : from_series;
}

std::string by_uid()
{
    return fmt::format(
        "{}FROM instance_row i JOIN series_row e ON e.id = i.series JOIN study_row s ON s.id = "
        "e.study {}WHERE i.sop_instance_uid = ?1 AND i.id <= ?6{}",
        stored_columns(), with_syntax, and_above);
}

void bind_above(Statement& statement, const RetrieveKeys& keys)
{
    statement.bind(2, std::string_view{keys.patient_id});
    statement.bind(3, std::string_view{keys.issuer_of_patient_id});
    statement.bind(4, std::string_view{keys.study_uid});
    statement.bind(5, std::string_view{keys.series_uid});
}

}  // namespace

Selection::Selection(std::shared_ptr<ReaderPool> pool, RetrieveKeys keys)
    : pool_(std::move(pool)), keys_(std::move(keys))
{
    const Borrowed reader{*pool_};
    newest_ = reader->database.number("SELECT max(id) FROM instance_row");
    if (keys_.level == QueryLevel::instance) {
        survey_instances(*reader);
    } else {
        find_series(*reader);
        survey_series(*reader);
    }
}

void Selection::find_series(Reader& reader)
{
    Statement find{reader.database,
                   fmt::format("SELECT e.id {}{}", from_level(keys_.level), and_above)};
    for (const std::string& value : keys_.values) {
        find.bind(1, std::string_view{value});
        bind_above(find, keys_);
        while (find.step()) {
            series_.push_back(find.number(0));
        }
        find.reset();
    }
}

void Selection::survey_series(Reader& reader)
{
    Statement count{reader.database,
                    fmt::format("SELECT c.uid, t.uid, count(*) FROM instance_row i {}WHERE "
                                "i.series = ?1 AND i.id <= ?2 GROUP BY 1, 2",
                                with_syntax)};
    for (const std::int64_t series : series_) {
        count.bind(1, series);
        count.bind(2, newest_);
        while (count.step()) {
            const auto number = static_cast<std::uint64_t>(count.number(2));
            survey_.contexts[{std::string{count.text(0)}, std::string{count.text(1)}}] += number;
            survey_.instances += number;
        }
        count.reset();
    }
}

void Selection::survey_instances(Reader& reader)
{
    Statement find{reader.database, by_uid()};
    for (const std::string& value : keys_.values) {
        find.bind(1, std::string_view{value});
        bind_above(find, keys_);
        find.bind(6, newest_);
        if (find.step()) {
            const StoredInstance stored = stored_of(find);
            ++survey_.contexts[{stored.class_uid, stored.transfer_syntax_uid}];
            ++survey_.instances;
        }
        find.reset();
    }
}

std::vector<StoredInstance> Selection::next(std::size_t limit)
{
    const Borrowed reader{*pool_};
    return keys_.level == QueryLevel::instance ? next_of_values(*reader, limit)
                                               : next_of_series(*reader, limit);
}

std::vector<StoredInstance> Selection::next_of_series(Reader& reader, std::size_t limit)
{
    Statement find{
        reader.database,
        fmt::format("{}, i.id FROM instance_row i INDEXED BY instance_series JOIN series_row e ON "
                    "e.id = i.series JOIN study_row s ON s.id = e.study {}WHERE i.series = ?1 AND "
                    "i.id > ?2 AND i.id <= ?3 ORDER BY i.id LIMIT ?4",
                    stored_columns(), with_syntax)};
    constexpr int row_column = 7;  // after those of stored_of()
    std::vector<StoredInstance> page;
    while (page.size() < limit && !series_.empty()) {
        find.bind(1, series_.front());
        find.bind(2, after_);
        find.bind(3, newest_);
        find.bind(4, static_cast<std::int64_t>(limit - page.size()));
        while (find.step()) {
            page.push_back(stored_of(find));
            after_ = find.number(row_column);
        }
        find.reset();
        if (page.size() < limit) {
            series_.pop_front();
            after_ = 0;
        }
    }
    return page;
}

std::vector<StoredInstance> Selection::next_of_values(Reader& reader, std::size_t limit)
{
    Statement find{reader.database, by_uid()};
    std::vector<StoredInstance> page;
    for (; page.size() < limit && value_ < keys_.values.size(); ++value_) {
        find.bind(1, std::string_view{keys_.values[value_]});
        bind_above(find, keys_);
        find.bind(6, newest_);
        if (find.step()) {
            page.push_back(stored_of(find));
        }
        find.reset();
    }
    return page;
}

}  // namespace pacs::index
