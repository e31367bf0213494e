#pragma once

#include "storage/incoming_file.hpp"
#include "storage/layout.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace pacs::storage {

/// Objects that are not part of the archive but must not be lost: `quarantine/SHA256.dcm` for what
/// is no valid object, `conflicts/INSTANCE/SHA256.dcm` for another content of an instance that is
/// there. Beside each a `SHA256.json` with one record that says why. Named by content: the same
/// bytes again take no more space, and the first record stays. All are durable on return and throw
/// Error(storage).

/// Gives the file at `path` (not flushed yet) a second name in quarantine/; returns it.
/// `record` is one line of JSON.
std::filesystem::path quarantine(const Layout& layout, const std::filesystem::path& path,
                                 const std::string& sha256, std::string_view record);

/// The same in conflicts/. `instance_uid` must be valid, Error(data) otherwise.
std::filesystem::path set_conflict_aside(const Layout& layout, const std::filesystem::path& path,
                                         const std::string& instance_uid, const std::string& sha256,
                                         std::string_view record);

}  // namespace pacs::storage
