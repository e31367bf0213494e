#pragma once

#include "dicom/data_set.hpp"
#include "dicom/matching.hpp"
#include "dicom/query_level.hpp"
#include "dicom/tag.hpp"
#include "index/attributes.hpp"

#include <span>
#include <vector>

namespace pacs::index {

/// One key of a query that the index can answer.
struct Key {
    const Attribute* attribute = nullptr;
    dicom::Matcher matcher;  ///< universal: to be returned only
    std::vector<Key> items;  ///< of a sequence: the keys of its one item, PS3.4 C.2.2.2.6
};

/// A C-FIND request understood, PS3.4 C.4.1.
struct Query {
    dicom::QueryRoot root = dicom::QueryRoot::study;
    dicom::QueryLevel level = dicom::QueryLevel::study;
    bool combined_date_time = false;
    std::vector<Key> keys;
    /// Asked for, but unknown to the index or of a level below the query's: neither matched nor
    /// returned (PS3.4 C.2.2.1.3). When there are any, answers carry FF01 instead of FF00.
    std::vector<dicom::Tag> unsupported;
};

/// What was agreed by SOP class extended negotiation, PS3.4 C.5.1.1.1. A local search may set them
/// as it likes.
struct QueryOptions {
    bool relational = false;
    bool combined_date_time = false;  ///< date and time ranges as one, PS3.4 C.2.2.2.5
    bool fuzzy = false;               ///< names without case, accents and order of components
    /// Attributes that this index has beside attributes(), Index::extras(); must outlive the query.
    std::span<const Attribute> extras = {};
};

/// Understands an identifier; its text is converted by its Specific Character Set. Keys of groups
/// 0000 to 0006, Query/Retrieve Level, Specific Character Set, Timezone Offset, Retrieve AE Title
/// and private ones are not keys of the index: the level is used, private ones are unsupported, the
/// rest is passed over.
///
/// Throws Error(data), "doing X: reason", when the identifier breaks PS3.4 C.4.1 (A900): no or a
/// wrong level, a level the root does not have, without `relational` a unique key of a level above
/// that is missing or no single value, a value that can be no key of its attribute, several items
/// in a sequence; and beyond the limits: 1,000 keys, 32,768 values in a list.
Query parse_query(dicom::QueryRoot root, const dicom::DataSet& identifier,
                  const QueryOptions& options = {});

}  // namespace pacs::index
