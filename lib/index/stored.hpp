#pragma once

#include "index/index.hpp"
#include "index/sqlite.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pacs::index {

/// The 32 bytes of 64 hex digits, as the column sha256 holds them; none of none. Throws Error(bug)
/// for others.
std::string bytes_of_hex(std::string_view hex);

/// Looks instances up on one connection.
class StoredLookup {
public:
    explicit StoredLookup(Database& database);
    std::optional<StoredInstance> find(std::string_view instance_uid);

private:
    Statement statement_;
};

/// The columns that stored_of() reads, in its order, and the tables that hold them.
std::string stored_columns();
StoredInstance stored_of(const Statement& row);

}  // namespace pacs::index
