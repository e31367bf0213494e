#include "index/plan.hpp"

#include "index/combined_time.hpp"
#include "index/condition.hpp"
#include "index/extras.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace pacs::index {

namespace {

using dicom::QueryLevel;

constexpr std::string_view modalities_sql =
    "(SELECT group_concat(m, '\\') FROM (SELECT DISTINCT modality AS m FROM series_row "
    "WHERE study = s.id AND modality IS NOT NULL ORDER BY m))";
constexpr std::string_view classes_sql =
    "(SELECT group_concat(u, '\\') FROM (SELECT (SELECT uid FROM uid WHERE id = class) AS u "
    "FROM study_class WHERE study = s.id))";

/// What is selected for a key.
std::string expression_of(const Attribute& attribute, QueryLevel level)
{
    const char alias = alias_of(attribute, level);
    switch (attribute.storage) {
    case Storage::registered:
        return fmt::format("(SELECT uid FROM uid WHERE id = {}.{})", alias, attribute.column);
    case Storage::modalities: return std::string{modalities_sql};
    case Storage::classes: return std::string{classes_sql};
    case Storage::availability: return "'ONLINE'";
    case Storage::requests: return "e.id";
    case Storage::extra: return extra_expression(attribute);
    case Storage::count:
        if (attribute.level == QueryLevel::patient && alias == 's') {
            return fmt::format("(SELECT {} FROM patient_row WHERE id = s.patient)",
                               attribute.column);
        }
        [[fallthrough]];
    default: return fmt::format("{}.{}", alias, attribute.column);
    }
}

/// The tables from the driving one outward; CROSS JOIN is SQLite's way to say "in this order".
std::string tables_of(QueryLevel level, char driver)
{
    constexpr std::string_view study_of_series = " CROSS JOIN study_row s ON s.id = e.study";
    constexpr std::string_view series_of_instance = " CROSS JOIN series_row e ON e.id = i.series";
    constexpr std::string_view instances_of = " CROSS JOIN instance_row i ON i.series = e.id";
    if (level == QueryLevel::patient) {
        return "patient_row p";
    }
    if (level == QueryLevel::study) {
        return "study_row s";
    }
    const bool instances = level == QueryLevel::instance;
    if (driver == 'i') {
        return fmt::format("instance_row i{}{}", series_of_instance, study_of_series);
    }
    const std::string_view below = instances ? instances_of : std::string_view{};
    if (driver == 'e') {
        return fmt::format("series_row e{}{}", study_of_series, below);
    }
    return fmt::format("study_row s CROSS JOIN series_row e ON e.study = s.id{}", below);
}

/// Numbers the parameters of a condition on from those that are there.
std::string numbered(std::string_view sql, const std::vector<Plan::Value>& values,
                     std::vector<Plan::Value>& all)
{
    std::string text;
    auto value = values.begin();
    for (std::size_t at = 0; at < sql.size(); ++at) {
        if (sql.substr(at, 2) == "{}" && value != values.end()) {
            all.push_back(*value++);
            text += fmt::format("?{}", all.size());
            ++at;
        } else {
            text += sql[at];
        }
    }
    return text;
}

std::vector<std::optional<Condition>> conditions_of(const Query& query)
{
    std::vector<std::optional<Condition>> conditions;
    const CombinedTimes combined{query};
    for (const Key& key : query.keys) {
        // The time of a pair says nothing by itself: only the first and last day are cut short.
        const bool time_of_pair =
            key.attribute->storage == Storage::time && combined.covers(key.attribute->tag);
        conditions.push_back(time_of_pair ? std::nullopt : condition_of(key, query.level));
    }
    return conditions;
}

std::optional<std::size_t> driver_of(const std::vector<std::optional<Condition>>& conditions)
{
    std::optional<std::size_t> best;
    for (std::size_t at = 0; at < conditions.size(); ++at) {
        if (conditions[at] && (!best || conditions[at]->rank < conditions[*best]->rank)) {
            best = at;
        }
    }
    return best;
}

bool restricts(const Key& key)
{
    if (key.attribute->storage == Storage::requests) {
        for (const Key& item : key.items) {
            if (item.matcher.kind != dicom::Matcher::Kind::universal) {
                return true;
            }
        }
        return false;
    }
    return key.attribute->matched && key.matcher.kind != dicom::Matcher::Kind::universal;
}

}  // namespace

Plan make_plan(const Query& query)
{
    const auto conditions = conditions_of(query);
    const auto driver = driver_of(conditions);
    Plan plan;
    plan.universal = !driver;
    std::string columns;
    std::string where;
    for (std::size_t at = 0; at < query.keys.size(); ++at) {
        const Key& key = query.keys[at];
        columns +=
            fmt::format("{}{}", at == 0 ? "" : ", ", expression_of(*key.attribute, query.level));
        const auto& condition = conditions[at];
        const bool driving = driver == at;
        const bool stated = condition && (driving || (condition->exact && condition->checks));
        plan.judged.push_back(restricts(key) && !(stated && condition->exact));
        if (stated) {
            // The plus takes the column out of the choice of an index: the driver alone has it.
            where += fmt::format("{}{}{}", where.empty() ? "" : " AND ", driving ? "" : "+",
                                 numbered(condition->sql, condition->parameters, plan.parameters));
        }
    }
    if (query.level == QueryLevel::instance) {
        columns += columns.empty() ? "i.id" : ", i.id";
        plan.row_column = static_cast<int>(query.keys.size());
    }
    const char alias = driver ? alias_of(*query.keys[*driver].attribute, query.level) : 's';
    plan.sql = fmt::format("SELECT {} FROM {}{}{}", columns.empty() ? "1" : columns,
                           tables_of(query.level, alias), where.empty() ? "" : " WHERE ", where);
    return plan;
}

}  // namespace pacs::index
