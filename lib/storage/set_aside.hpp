#pragma once

#include "storage/incoming_file.hpp"
#include "storage/layout.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace pacs::storage {

/// Objects that are not part of the archive but must not be lost: `quarantine/SHA256.dcm` for what
/// is no valid object, `conflicts/INSTANCE/SHA256.dcm` for another content of an instance that is
/// there. Beside each a `.json` file with one record that says why. Named by content: the same
/// bytes again take no more space.

/// Puts a sealed file there and removes its entry in incoming/. Durable on return.
/// `record` is one line of JSON. Throws Error(storage).
std::filesystem::path quarantine(const Layout& layout, IncomingFile&& file,
                                 const std::string& sha256, std::string_view record);

/// The same for a conflict. `instance_uid` must be valid.
std::filesystem::path set_conflict_aside(const Layout& layout, IncomingFile&& file,
                                         const std::string& instance_uid, const std::string& sha256,
                                         std::string_view record);

/// Gives the object at `path` a second name in conflicts/ before it is replaced. Durable on return.
std::filesystem::path keep_replaced(const Layout& layout, const std::filesystem::path& path,
                                    const std::string& instance_uid, const std::string& sha256,
                                    std::string_view record);

}  // namespace pacs::storage
