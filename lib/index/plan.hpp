#pragma once

#include "index/query.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace pacs::index {

/// How a query is answered: one SELECT whose rows are the candidates, with a column for each key of
/// the query in its order (of a sequence: the row number of its series). The most selective key
/// drives it through its index; conditions that SQL cannot state exactly as PS3.4 C.2.2.2 does are
/// left to dicom::matches() on what comes out.
struct Plan {
    using Value = std::variant<std::string, std::int64_t>;

    std::string sql;
    std::vector<Value> parameters;  ///< from ?1 on
    /// For each key: whether its matcher still has to judge the value.
    std::vector<bool> judged;
    /// No key restricts it: every row of the level is an answer.
    bool universal = false;
    /// At instance level the last column: the row of the instance. Else -1.
    int row_column = -1;
};

/// Pure; touches no database.
Plan make_plan(const Query& query);

}  // namespace pacs::index
