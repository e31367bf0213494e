#pragma once

#include "dicom/query_level.hpp"
#include "index/attributes.hpp"
#include "index/row_source.hpp"
#include "index/sqlite.hpp"
#include "index/values.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::index {

/// The columns of one table that hold values of attributes, in the order of their parameters.
struct ValueColumns {
    std::vector<const Attribute*> attributes;
    std::string names;   ///< ", a, b"
    std::string places;  ///< ", ?3, ?4" after `fixed` parameters

    ValueColumns(std::initializer_list<dicom::QueryLevel> levels, int fixed);

    /// Binds the values from parameter `first` on; NULL for those that are not there. They must
    /// live until the statement ran.
    void bind(Statement& statement, int first, const Values& values) const;
    /// The same into cells, which must be NULL; the first is that of the first value.
    void fill(std::span<Cell> cells, const Values& values) const;
    /// "INSERT INTO table (fixed and value columns) VALUES (their parameters)".
    std::string insert_sql(std::string_view table, std::string_view fixed_names,
                           std::string_view fixed_places) const;
};

}  // namespace pacs::index
