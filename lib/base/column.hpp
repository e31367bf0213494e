#pragma once

#include <string>

namespace pacs {

/// One column of a table made from records.
struct Column {
    std::string member;   ///< of the record: "node"
    std::string heading;  ///< "PEER"
    unsigned width = 0;   ///< in characters; longer texts push the rest of their row
    bool right = false;   ///< numbers
};

}  // namespace pacs
