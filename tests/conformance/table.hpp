#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pacs::conformance {

/// One table of pacs-conformance(7): a region of the page between .\" begin NAME and .\" end NAME.
struct Table {
    std::string name;
    std::vector<std::string> heads;              ///< of the columns
    std::vector<std::vector<std::string>> rows;  ///< as many cells each; plain text
};

/// The region as tbl(1) and groff(1) read it, both marks included. The last column takes the room
/// that is left, and its text is wrapped.
std::string region(const Table& table);

/// Plain text as roff: backslashes, hyphens and quotes stay what they are.
std::string roff(std::string_view text);

}  // namespace pacs::conformance
