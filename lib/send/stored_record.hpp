#pragma once

#include "base/column.hpp"
#include "base/json_line.hpp"
#include "send/coercion.hpp"
#include "send/parcel.hpp"

#include <string_view>
#include <vector>

namespace pacs::send {

/// What all records of a run have in common.
struct RecordStyle {
    std::string_view type = "stored";  ///< "planned" in a dry run
    std::string_view node;             ///< the destination as the user named it
    const Coercion* coercion = nullptr;
};

/// The record of an object that was sent, or failed, pacs-records(5): what this run knows of it,
/// then the members it came with that this run has nothing to say about.
JsonLine stored_record(const RecordStyle& style, const Parcel& parcel, const Report& report);

/// The record of an item that is no object, or was not sent.
JsonLine item_record(const RecordStyle& style, const stream::Item& item);

/// What a person at a terminal wants to see of these records.
std::vector<Column> stored_columns();

}  // namespace pacs::send
