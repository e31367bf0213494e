#pragma once

#include "base/deadline.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pacs {

/// Parts a command into its words as a shell would without expanding anything: at blanks, but not
/// within '...' or "..."; a backslash outside of '...' takes the next character as it is.
/// Throws Error(usage) for a quote that is not closed, and for no words at all.
std::vector<std::string> command_words(std::string_view text);

/// Runs a program, without a shell, and returns what it wrote to standard output. The first word is
/// looked up in PATH; standard input is /dev/null, standard error ours. When it has not ended by
/// `deadline`, has written more than `limit_bytes`, or the stop flag is raised, it is killed with
/// all that it started. Throws Error(usage) when it cannot be run, or fails, or is killed; its
/// output is in no message. Thread-safe.
std::string output_of(const std::vector<std::string>& words, std::size_t limit_bytes,
                      Deadline deadline);

}  // namespace pacs
