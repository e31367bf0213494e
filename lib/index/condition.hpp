#pragma once

#include "index/plan.hpp"
#include "index/query.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pacs::index {

/// What one key asks of the database. `sql` holds {} where its parameters stand, each once.
struct Condition {
    std::string sql;
    std::vector<Plan::Value> parameters;
    int rank = 0;        ///< the lower, the fewer rows it is likely to leave
    bool exact = false;  ///< says all that the key says: no need to judge again
    /// Cheap on a row that is there already; else it only makes sense to start from it.
    bool checks = false;
};

/// The alias of the table that holds an attribute in a query of `level`: p, s, e or i.
char alias_of(const Attribute& attribute, dicom::QueryLevel level) noexcept;

/// nullopt when the key restricts nothing that an index could find. `level` is the query's.
std::optional<Condition> condition_of(const Key& key, dicom::QueryLevel level);

}  // namespace pacs::index
