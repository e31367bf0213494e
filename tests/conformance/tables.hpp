#pragma once

#include "conformance/table.hpp"

#include <vector>

/// What pacs-conformance(7) says in tables, read from the tables that the programs work with.
namespace pacs::conformance {

std::vector<Table> service_tables();  ///< SOP classes, transfer syntaxes, contexts, who we are
std::vector<Table> query_tables();    ///< keys of C-FIND
std::vector<Table> status_tables();   ///< statuses and rejections, sent and understood
std::vector<Table> setting_tables();  ///< configuration, fixed limits, character sets

}  // namespace pacs::conformance
