#pragma once

#include "base/error.hpp"

#include <string>

namespace pacs::daemon {

/// The reason without "doing X: " in front, as an Error Comment (LO, PS3.7 table C): 64 characters
/// of the default repertoire.
std::string error_comment(const Error& error);

}  // namespace pacs::daemon
