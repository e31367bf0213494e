#include "index/value_columns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::index {

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

void ValueColumns::bind(Statement& statement, int first,
                        const std::map<dicom::Tag, std::string>& values) const
{
    for (const Attribute* attribute : attributes) {
        const auto value = values.find(attribute->tag);
        if (value == values.end()) {
            statement.bind_null(first++);
        } else {
            statement.bind(first++, std::string_view{value->second});
        }
    }
}

std::string ValueColumns::insert_sql(std::string_view table, std::string_view fixed_names,
                                     std::string_view fixed_places) const
{
    return fmt::format("INSERT INTO {} ({}{}) VALUES ({}{})", table, fixed_names, names,
                       fixed_places, places);
}

}  // namespace pacs::index
