#include "index/condition.hpp"

#include "base/json_line.hpp"
#include "index/extras.hpp"
#include "index/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pacs::index {

namespace {

using dicom::Matcher;
using dicom::QueryLevel;
using Kind = Matcher::Kind;

/// Greater than every text that starts as it does: no UTF-8 holds this byte.
constexpr char beyond = '\xFF';

/// The table of an alias, and what its indexes begin with.
std::string_view table_of(char alias)
{
    switch (alias) {
    case 'p': return "patient";
    case 's': return "study";
    case 'e': return "series";
    default: return "instance";
    }
}

std::string json_array(const std::vector<std::string>& values)
{
    std::string json = "[";
    for (const std::string& value : values) {
        json += json.size() > 1 ? "," : "";
        append_json_string(json, value);
    }
    return json + "]";
}

/// For dicom_like(); no single value holds a backslash (PS3.5 6.4).
std::string patterns(const std::vector<std::string>& values)
{
    return fmt::format("{}", fmt::join(values, "\\"));
}

/// How few rows one value of an attribute is likely to leave.
int rank_of(const Attribute& attribute)
{
    constexpr std::array identifiers{"accession_number",       "patient_id",
                                     "requested_procedure_id", "scheduled_procedure_step_id",
                                     "frame_of_reference_uid", "performed_procedure_step_id",
                                     "study_instance_uid"};
    constexpr std::array descriptions{"study_description", "series_description",
                                      "requested_procedure_description", "content_label",
                                      "scheduled_procedure_step_description"};
    switch (attribute.storage) {
    case Storage::name: return 8;
    case Storage::date: return 10;
    case Storage::time: return 25;
    case Storage::integer: return 30;
    case Storage::modalities: return 42;
    case Storage::registered: return 45;
    case Storage::classes: return 46;
    default: break;
    }
    if (std::ranges::find(identifiers, attribute.column) != identifiers.end()) {
        return 4;
    }
    if (attribute.column == "study_id") {
        return 6;
    }
    return std::ranges::find(descriptions, attribute.column) != descriptions.end() ? 20 : 40;
}

Condition equals(const std::string& column, const std::vector<std::string>& values, int rank)
{
    if (values.size() == 1) {
        return {column + " = {}", {values.front()}, rank, false, true};
    }
    return {column + " IN (SELECT value FROM json_each({}))",
            {json_array(values)},
            rank + 1,
            false,
            true};
}

/// Wildcards: the range of their fixed start, or a walk along the index that holds the values.
Condition like(const Attribute& attribute, char alias, const Matcher& matcher)
{
    const std::string column = fmt::format("{}.{}", alias, attribute.column);
    const int rank = rank_of(attribute);
    if (matcher.values.size() == 1) {
        const std::string start = dicom::wildcard_prefix(matcher.values.front());
        if (!start.empty()) {
            return {fmt::format("({0} >= {{}} AND {0} < {{}})", column),
                    {start, start + beyond},
                    rank + (start.size() > 1 ? 6 : 25),
                    false,
                    true};
        }
    }
    return {fmt::format("{0}.id IN (SELECT id FROM {1}_row INDEXED BY {1}_{2} "
                        "WHERE dicom_like({{}}, {2}))",
                        alias, table_of(alias), attribute.column),
            {patterns(matcher.values)},
            rank + 30,
            false,
            false};
}

Condition dates(const std::string& column, const Matcher& matcher, int rank)
{
    const bool bounded = matcher.from && matcher.to;
    Condition condition{{}, {}, rank + (bounded ? 2 : 25), false, true};
    if (matcher.from) {
        condition.sql = column + " >= {}";
        condition.parameters.emplace_back(matcher.from->substr(0, 8));
    }
    if (matcher.to) {
        condition.sql += (matcher.from ? " AND " : "") + column + " <= {}";
        condition.parameters.emplace_back(matcher.to->substr(0, 8));
    }
    condition.sql = fmt::format("({})", condition.sql);
    return condition;
}

/// A time may be kept as 10, 1015 or 101500.25: bounds on the hour leave out none that match.
Condition times(const std::string& column, const Matcher& matcher, int rank)
{
    Matcher hours = matcher;
    if (matcher.kind != Kind::range) {
        hours.from = *std::ranges::min_element(matcher.values);
        hours.to = *std::ranges::max_element(matcher.values);
    }
    Condition condition{{}, {}, rank, false, true};
    const std::string from = hours.from.value_or("00").substr(0, 2);
    const std::string to = hours.to.value_or("24").substr(0, 2) + beyond;
    condition.sql = fmt::format("({0} >= {{}} AND {0} < {{}})", column);
    condition.parameters = {from, to};
    return condition;
}

Condition numbers(const std::string& column, const Matcher& matcher, int rank)
{
    std::string list;
    for (const std::string& value : matcher.values) {
        const char* first = value.data() + (value.starts_with('+') ? 1 : 0);
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(first, value.data() + value.size(), number);
        if (error == std::errc{} && end == value.data() + value.size()) {
            list += fmt::format("{}{}", list.empty() ? "" : ",", number);
        }
    }
    return {fmt::format("{} IN (SELECT value FROM json_each({{}}))", column),
            {"[" + list + "]"},
            rank,
            true,
            true};
}

Condition registered(const std::string& column, const Matcher& matcher, int rank)
{
    return {fmt::format("{} IN (SELECT id FROM uid WHERE uid IN "
                        "(SELECT value FROM json_each({{}})))",
                        column),
            {json_array(matcher.values)},
            rank,
            true,
            true};
}

Condition names(const Attribute& attribute, char alias, const Matcher& matcher)
{
    const QueryLevel table = alias == 'p'   ? QueryLevel::patient
                             : alias == 's' ? QueryLevel::study
                                            : QueryLevel::series;
    Condition condition;
    condition.rank = rank_of(attribute);
    std::string any;
    for (const std::string& value : matcher.values) {
        const auto wanted = name_condition(value, matcher.kind == Kind::wildcard, matcher.fuzzy);
        any += any.empty() ? "" : " UNION ";
        any += fmt::format("SELECT owner FROM name_key WHERE kind = {} AND ",
                           name_kind(attribute.tag, table));
        switch (wanted.kind) {
        case NameCondition::Kind::equal:
            any += "key = {}";
            condition.parameters.emplace_back(wanted.text);
            break;
        case NameCondition::Kind::prefix:
            any += "key >= {} AND key < {}";
            condition.parameters.emplace_back(wanted.text);
            condition.parameters.emplace_back(wanted.text + beyond);
            condition.rank += wanted.text.size() > 1 ? 6 : 25;
            break;
        case NameCondition::Kind::contains:
            any += "instr(key, {}) > 0";
            condition.parameters.emplace_back(wanted.text);
            condition.rank += 30;
            break;
        }
    }
    condition.sql = fmt::format("{}.id IN ({})", alias, any);
    return condition;
}

Condition modalities(const Matcher& matcher, int rank)
{
    if (matcher.kind == Kind::wildcard) {
        return {
            "s.id IN (SELECT study FROM series_row WHERE modality IN (SELECT DISTINCT modality "
            "FROM series_row INDEXED BY series_modality WHERE dicom_like({}, modality)))",
            {patterns(matcher.values)},
            rank + 30,
            false,
            false};
    }
    Condition inner = equals("modality", matcher.values, rank);
    inner.sql = fmt::format("s.id IN (SELECT study FROM series_row WHERE {})", inner.sql);
    inner.checks = false;
    return inner;
}

Condition classes(const Matcher& matcher, int rank)
{
    Condition inner = registered("class", matcher, rank);
    inner.sql = fmt::format("s.id IN (SELECT study FROM study_class WHERE {})", inner.sql);
    inner.exact = true;
    inner.checks = false;
    return inner;
}

Condition is_null(const std::string& column, int rank)
{
    return {column + " IS NULL", {}, rank + 50, true, true};
}

std::optional<Condition> requests(const Key& key);

std::optional<Condition> column_condition(const Key& key, char alias)
{
    const Attribute& attribute = *key.attribute;
    const std::string column = fmt::format("{}.{}", alias, attribute.column);
    const Matcher& matcher = key.matcher;
    const int rank = rank_of(attribute);
    if (matcher.kind == Kind::empty) {
        return is_null(column, rank);
    }
    switch (attribute.storage) {
    case Storage::text:
        return matcher.kind == Kind::wildcard ? like(attribute, alias, matcher)
                                              : equals(column, matcher.values, rank);
    case Storage::name: return names(attribute, alias, matcher);
    case Storage::date:
        return matcher.kind == Kind::range ? dates(column, matcher, rank)
                                           : equals(column, matcher.values, rank);
    case Storage::time: return times(column, matcher, rank);
    case Storage::integer: return numbers(column, matcher, rank);
    case Storage::registered: return registered(column, matcher, rank);
    case Storage::uid: {
        Condition condition = equals(column, matcher.values, rank);
        condition.exact = true;
        return condition;
    }
    default: return std::nullopt;
    }
}

/// The UIDs of the levels: nothing is more selective, the lower the more.
int unique_rank(const Attribute& attribute, int rank)
{
    const bool unique =
        attribute.storage == Storage::uid && attribute.tag == dicom::unique_key(attribute.level);
    return unique ? static_cast<int>(QueryLevel::instance) - static_cast<int>(attribute.level)
                  : rank;
}

/// One key of an item that an index holds; the items themselves are judged afterwards.
std::optional<Condition> requests(const Key& key)
{
    std::optional<Condition> best;
    for (const Key& item : key.items) {
        const bool wildcard = item.matcher.kind == Kind::wildcard;
        const std::string column{item.attribute->column};
        if ((item.matcher.kind != Kind::single && item.matcher.kind != Kind::list && !wildcard)) {
            continue;
        }
        Condition condition = equals(column, item.matcher.values, rank_of(*item.attribute));
        if (wildcard) {
            condition = {fmt::format("dicom_like({{}}, {})", column),
                         {patterns(item.matcher.values)},
                         condition.rank + 30,
                         false,
                         false};
        }
        const std::string by =
            wildcard ? fmt::format(" INDEXED BY request_{}", column) : std::string{};
        condition.sql =
            wildcard ? fmt::format(
                           "e.id IN (SELECT series FROM request WHERE id IN (SELECT "
                           "id FROM request{} WHERE {}))",
                           by, condition.sql)
                     : fmt::format("e.id IN (SELECT series FROM request WHERE {})", condition.sql);
        condition.checks = false;
        if (!best || condition.rank < best->rank) {
            best = condition;
        }
    }
    return best;
}

}  // namespace

char alias_of(const Attribute& attribute, QueryLevel level) noexcept
{
    switch (attribute.level) {
    case QueryLevel::patient: return level == QueryLevel::patient ? 'p' : 's';
    case QueryLevel::study: return 's';
    case QueryLevel::series: return 'e';
    case QueryLevel::instance: return 'i';
    }
    return 's';
}

std::optional<Condition> condition_of(const Key& key, QueryLevel level)
{
    const Attribute& attribute = *key.attribute;
    if (attribute.storage == Storage::requests) {
        return requests(key);
    }
    if (!attribute.matched || key.matcher.kind == Kind::universal) {
        return std::nullopt;
    }
    switch (attribute.storage) {
    case Storage::modalities:
        return key.matcher.kind == Kind::empty
                   ? std::nullopt
                   : std::optional{modalities(key.matcher, rank_of(attribute))};
    case Storage::classes:
        return key.matcher.kind == Kind::empty
                   ? std::nullopt
                   : std::optional{classes(key.matcher, rank_of(attribute))};
    case Storage::availability: return std::nullopt;
    case Storage::extra: return extra_condition(key);
    default: break;
    }
    auto condition = column_condition(key, alias_of(attribute, level));
    if (condition) {
        condition->rank = unique_rank(attribute, condition->rank);
    }
    return condition;
}

}  // namespace pacs::index
