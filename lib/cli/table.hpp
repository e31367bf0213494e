#pragma once

#include "base/column.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::cli {

using pacs::Column;

/// Renders records for eyes as they come: a heading in front of the first row, then a row a
/// record. A record that has fewer than two of the columns' members (of a single column: none), and
/// a summary, becomes a line of words: "summary: ok 3, failed 1". Nothing in it steers a terminal.
class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// The text, with newlines, for one finished line of JsonLine.
    std::string rows(std::string_view json_line);

private:
    std::vector<Column> columns_;
    bool headed_ = false;
};

/// The members of an object written by JsonLine, in order, values as people read them: strings
/// without quotes, lists with commas, everything else as it stands.
struct Member {
    std::string name;
    std::string text;
};
std::vector<Member> members_of(std::string_view json_line);

}  // namespace pacs::cli
