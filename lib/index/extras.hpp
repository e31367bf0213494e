#pragma once

#include "dicom/tag.hpp"
#include "index/attributes.hpp"
#include "index/condition.hpp"
#include "index/sqlite.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::index {

/// The attributes beyond attributes() that scans have kept of the files of an index (--add), and
/// that can be searched: of the level of instances, with Storage::extra; ascending. Not private
/// ones, sequences and bytes. Throws Error(storage).
std::vector<Attribute> extra_attributes(Database& database);

/// What the column of such an attribute says, in SQL.
std::string extra_expression(const Attribute& attribute);
/// The text of a key whose value is numbers in binary: these, parted by \; any other as it is.
std::string extra_key_text(const Attribute& attribute, std::string_view value);
/// What a key of such an attribute asks of the database; nothing is decided by it, values with
/// several parts and other spellings pass. nullopt when absent values match too.
std::optional<Condition> extra_condition(const Key& key);
/// The values in the text that is kept.
std::vector<std::string> extra_values(const Attribute& attribute, std::string_view text);
/// The same as an element has them, without padding.
std::string extra_element_value(const Attribute& attribute, std::string_view text);

}  // namespace pacs::index
