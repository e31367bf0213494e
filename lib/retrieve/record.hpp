#pragma once

#include "base/column.hpp"
#include "base/json_line.hpp"
#include "retrieve/output.hpp"
#include "retrieve/study_work.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::retrieve {

/// Who an object is, for its record; what is not known is empty.
struct Identity {
    std::string sop_class;
    std::string instance;
    std::string series;
    std::string study;
    std::string transfer_syntax;
};

/// How an object came.
struct Passage {
    std::string_view node;  ///< the source as it was named
    std::string_view via;   ///< Way::name(); empty: by none
    unsigned attempts = 0;
    double seconds = -1;  ///< from its first byte to its place; below 0: it did not come
    bool unannounced = false;
};

/// The record of an object that came, by what became of it: ok, skipped (`exists`), failed
/// (`different_content`, `storage`). `members` go along: members_to_keep().
JsonLine kept_record(const Identity& identity, const Passage& passage, const Kept& kept,
                     const std::vector<stream::Member>& members);
/// The record of an instance, or (with its study alone) of a study, that did not come.
JsonLine missing_record(const Identity& identity, const Passage& passage, const Failure& why,
                        const std::vector<stream::Member>& members);

/// For a record on standard input that says itself that a file is no object: skipped.
JsonLine no_object_record(const std::vector<stream::Member>& members);

/// What of a record that asks for something goes along into the records of what came: all that this
/// run has nothing to say of.
std::vector<stream::Member> members_to_keep(const std::vector<stream::Member>& members);

/// What a failure of an object is called for people: "1.2.3: why".
std::string complaint(const Identity& identity, std::string_view message);

/// What a person at a terminal wants to see of these records.
std::vector<Column> retrieved_columns();

}  // namespace pacs::retrieve
