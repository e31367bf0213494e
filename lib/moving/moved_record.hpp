#pragma once

#include "base/column.hpp"
#include "base/json_line.hpp"
#include "moving/judgement.hpp"
#include "moving/unit.hpp"
#include "stream/record.hpp"

#include <string>
#include <vector>

namespace pacs::moving {

/// Between whom: the same in all records of a run.
struct Parties {
    std::string node;         ///< the source as it was named
    std::string destination;  ///< the destination as it was named
    std::string title;        ///< its AE title
};

/// The record of a unit, pacs-records(5): of type `moved`. `attempts` 0: it was not tried.
JsonLine moved_record(const Parties& parties, const Unit& unit, const Judgement& judgement,
                      const Evidence& evidence, unsigned attempts, double seconds);
/// A unit that would be moved: of type `planned`.
JsonLine planned_record(const Parties& parties, const Unit& unit);
/// A unit that need not be moved, or that is not: of type `moved`, with nothing but why.
JsonLine passed_over_record(const Parties& parties, const Unit& unit, const Judgement& judgement);
/// An instance of a unit that the destination does not have: of type `instance`.
JsonLine missing_record(const Parties& parties, const Unit& unit, const Instance& instance);

/// key_of() of the unit that an earlier run between the same parties moved, as its record says: of
/// type `moved`, ok or warning, or skipped because a run before that had moved it. Empty for any
/// other record.
std::string key_of_moved(const stream::Record& record, const Parties& parties);

/// What a person at a terminal wants to see.
std::vector<Column> moved_columns();

}  // namespace pacs::moving
