#pragma once

#include "archive/archive.hpp"
#include "index/index.hpp"
#include "storage/layout.hpp"

namespace pacs::archive {

/// Brings an archive whose writer may have died at any moment into order; the caller holds its
/// lock. What incoming/ holds is cleared, adopted or settled; see storage/incoming_file.hpp for
/// what the names mean. An object counts as answered when the index has its row, and nothing that
/// counts as answered is ever removed. Works through everything that a crash of the recovery itself
/// leaves.
///
/// Throws Error(storage).
void recover(const storage::Layout& layout, Durability durability, RecoveryReport& report);

}  // namespace pacs::archive
