#pragma once

#include "archive/archive.hpp"
#include "net/commitment.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pacs::daemon {

/// Reads back every object that is referenced and says which can be committed: it is in the index,
/// of the class that was named, and its file has the size and SHA-256 of the index when it is read
/// from start to end (archive::read_back()). The others fail with 0112 (no such object in the
/// index), 0119 (stored under another class) or 0110 (its file is gone, damaged, or cannot be read,
/// or the index failed; the log says which). nullopt: `give_up` said so before the end.
std::optional<net::CommitmentResult> check_commitment(
    const archive::Archive& archive, const std::string& transaction_uid,
    const std::vector<net::SopReference>& references, const std::function<bool()>& give_up);

}  // namespace pacs::daemon
