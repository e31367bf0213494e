#pragma once

#include "index/sqlite.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace pacs::index {

/// SQL for the place of a file in the order of a walk, of `d.path` and `f.name`: names in byte
/// order, what is in a folder where its name stands.
inline constexpr const char* walk_key_sql = "replace(d.path || '/' || f.name, '/', char(1))";

/// Who comes first: the first file of an instance holds it, the first of a series or study says
/// what that is called. Throws Error(storage).
class WalkOrder {
public:
    explicit WalkOrder(Database& database);

    /// Whether the file `name` of `folder` stands in front of the one that holds `instance`.
    bool before_holder(std::int64_t folder, const std::string& name, std::int64_t instance);
    /// Whether the file, which holds `instance`, stands in front of all others that hold one of its
    /// series; when there is none, of its study.
    bool before_speaker(std::int64_t folder, const std::string& name, std::int64_t instance);
    /// To be called when files were removed.
    void forget() { first_.clear(); }

private:
    std::string key_of(std::int64_t folder, const std::string& name);

    Statement folder_;
    Statement holder_;
    Statement place_;
    Statement in_series_;
    Statement in_study_;
    std::unordered_map<std::int64_t, std::string> first_;  ///< by series; it or one in front of it
};

}  // namespace pacs::index
