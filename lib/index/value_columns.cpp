#include "index/value_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace pacs::index {

namespace {

/// So that SQLite need not make a number of it.
std::optional<std::int64_t> number_of(const Attribute& attribute, std::string_view text) noexcept
{
    std::int64_t number = 0;
    if (attribute.storage != Storage::integer) {
        return std::nullopt;
    }
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end ? std::optional{number} : std::nullopt;
}

/// Calls `put` for each attribute that has a value, with its place and the value.
template <typename Put>
void each(const std::vector<const Attribute*>& attributes, const Values& values, Put put)
{
    auto value = values.begin();  // both ascend
    for (std::size_t at = 0; at < attributes.size() && value != values.end(); ++at) {
        const Attribute& attribute = *attributes[at];
        while (value != values.end() && value->first < attribute.tag) {
            ++value;
        }
        if (value == values.end() || value->first != attribute.tag) {
            continue;
        }
        if (const auto number = number_of(attribute, value->second)) {
            put(at, *number);
        } else {
            put(at, std::string_view{value->second});
        }
    }
}

}  // namespace

ValueColumns::ValueColumns(std::initializer_list<dicom::QueryLevel> levels, int fixed)
{
    for (const Attribute& attribute : index::attributes()) {
        const bool plain =
            attribute.storage <= Storage::integer || attribute.tag == dicom::Tag{0x0020, 0x0052};
        if (plain && std::find(levels.begin(), levels.end(), attribute.level) != levels.end()) {
            attributes.push_back(&attribute);
            names += fmt::format(", {}", attribute.column);
            places += fmt::format(", ?{}", fixed + static_cast<int>(attributes.size()));
        }
    }
}

void ValueColumns::bind(Statement& statement, int first, const Values& values) const
{
    for (std::size_t at = 0; at < attributes.size(); ++at) {
        statement.bind_null(first + static_cast<int>(at));
    }
    each(attributes, values, [&](std::size_t at, const auto& value) {
        statement.bind(first + static_cast<int>(at), value);
    });
}

void ValueColumns::fill(std::span<Cell> cells, const Values& values) const
{
    each(attributes, values, [cells](std::size_t at, const auto& value) { cells[at].set(value); });
}

std::string ValueColumns::insert_sql(std::string_view table, std::string_view fixed_names,
                                     std::string_view fixed_places) const
{
    return fmt::format("INSERT INTO {} ({}{}) VALUES ({}{})", table, fixed_names, names,
                       fixed_places, places);
}

}  // namespace pacs::index
