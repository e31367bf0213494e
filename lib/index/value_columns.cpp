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
    auto value = values.begin();  // both ascend
    for (const Attribute* attribute : attributes) {
        while (value != values.end() && value->first < attribute->tag) {
            ++value;
        }
        if (value == values.end() || value->first != attribute->tag) {
            statement.bind_null(first);
        } else if (const auto number = number_of(*attribute, value->second)) {
            statement.bind(first, *number);
        } else {
            statement.bind(first, std::string_view{value->second});
        }
        ++first;
    }
}

std::string ValueColumns::insert_sql(std::string_view table, std::string_view fixed_names,
                                     std::string_view fixed_places) const
{
    return fmt::format("INSERT INTO {} ({}{}) VALUES ({}{})", table, fixed_names, names,
                       fixed_places, places);
}

}  // namespace pacs::index
