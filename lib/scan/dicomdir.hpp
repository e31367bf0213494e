#pragma once

#include <string>
#include <vector>

namespace pacs::scan {

/// True for a path whose last name is DICOMDIR, in either case, as PS3.10 8.6 lays it down.
bool is_directory_name(const std::string& path) noexcept;

/// The files that a DICOMDIR names (Referenced File ID, PS3.3 F.3), as paths beside it, in its
/// order. A name of several components; those with a "/", "." or ".." lead nowhere and are left
/// out. Where the name itself is not there, it is looked for in small letters, as some systems show
/// media. Throws Error(data) when it is no DICOMDIR or larger than 256 MiB, Error(storage).
std::vector<std::string> named_files(const std::string& dicomdir);

/// Those of them that are not there. What cannot be read as a DICOMDIR names none.
std::vector<std::string> missing_files(const std::string& dicomdir);

}  // namespace pacs::scan
