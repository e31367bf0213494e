#include "index/walk_order.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::index {

namespace {

constexpr std::size_t cache_limit = 20'000;

std::string text_of(Statement& statement)
{
    std::string text{statement.step() ? statement.text(0) : std::string_view{}};
    statement.reset();
    return text;
}

}  // namespace

WalkOrder::WalkOrder(Database& database)
    : folder_(database, "SELECT CAST(path AS TEXT) FROM folder WHERE id = ?1"),
      holder_(database, fmt::format("SELECT {} FROM instance_row i CROSS JOIN file f ON f.id = "
                                    "i.file CROSS JOIN folder d ON d.id = f.folder WHERE i.id = ?1",
                                    walk_key_sql)),
      place_(database,
             "SELECT e.id, e.study FROM instance_row i CROSS JOIN series_row e ON e.id = i.series "
             "WHERE i.id = ?1"),
      in_series_(
          database,
          fmt::format("SELECT min({}) FROM instance_row i CROSS JOIN file f ON f.id = i.file "
                      "CROSS JOIN folder d ON d.id = f.folder WHERE i.series = ?1 AND "
                      "i.id <> ?2",
                      walk_key_sql)),
      in_study_(database,
                fmt::format("SELECT min({}) FROM series_row e CROSS JOIN instance_row i ON "
                            "i.series = e.id CROSS JOIN file f ON f.id = i.file CROSS JOIN folder "
                            "d ON d.id = f.folder WHERE e.study = ?1 AND i.id <> ?2",
                            walk_key_sql))
{
}

std::string WalkOrder::key_of(std::int64_t folder, const std::string& name)
{
    folder_.bind(1, folder);
    std::string key = text_of(folder_) + "/" + name;
    std::replace(key.begin(), key.end(), '/', '\1');
    return key;
}

bool WalkOrder::before_holder(std::int64_t folder, const std::string& name, std::int64_t instance)
{
    holder_.bind(1, instance);
    return key_of(folder, name) < text_of(holder_);
}

bool WalkOrder::before_speaker(std::int64_t folder, const std::string& name, std::int64_t instance)
{
    place_.bind(1, instance);
    const bool there = place_.step();
    const std::int64_t series = there ? place_.number(0) : 0;
    const std::int64_t study = there ? place_.number(1) : 0;
    place_.reset();
    const auto known = first_.find(series);
    std::string first = known == first_.end() ? std::string{} : known->second;
    if (first.empty()) {
        in_series_.bind(1, series);
        in_series_.bind(2, instance);
        first = text_of(in_series_);
        if (!first.empty()) {
            first_.size() < cache_limit ? void() : first_.clear();
            first_[series] = first;
        }
    }
    if (first.empty()) {
        in_study_.bind(1, study);
        in_study_.bind(2, instance);
        first = text_of(in_study_);
    }
    return key_of(folder, name) < first;
}

}  // namespace pacs::index
