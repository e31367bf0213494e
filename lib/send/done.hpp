#pragma once

#include "stream/done_list.hpp"
#include "stream/record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pacs::send {

/// True when `record` says that its object is stored at `node`: a record of type `stored` with that
/// `node` and outcome ok or warning, or skipped because it was there already.
bool is_stored_record(const stream::Record& record, std::string_view node);

/// The objects that the records of earlier runs say are stored at a node, by SOP Instance UID.
/// Throws as stream::DoneList::read().
stream::DoneList stored_before(std::string node, const std::vector<std::string>& files);

}  // namespace pacs::send
