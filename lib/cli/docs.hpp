#pragma once

#include "cli/tool.hpp"

#include <optional>
#include <string>

namespace pacs::cli {

/// Each of these renders the same option table; none of them runs the tool's body.
/// For --help, 80 columns; of a tool of commands the list of them, or one `command` of them.
std::string help_text(const Tool& tool, const Command* command = nullptr);
std::string man_page(const Tool& tool, const std::string& version);  ///< roff, man(7) macros
/// The completions call the tool back (completion.hpp), so that all three shells know the same.
std::string bash_completion(const Tool& tool);  ///< a file for bash-completion's folder
std::string zsh_completion(const Tool& tool);   ///< an autoloaded function file, _NAME
std::string fish_completion(const Tool& tool);

/// What the hidden `--generate man|bash|zsh|fish` and `--generate complete WORD...` print, nullopt
/// for any other command line. It stands before parsing, so that required arguments do not matter.
/// `complete` is for the completions, the others are for the build only.
std::optional<std::string> generated(const Tool& tool, int argc, const char* const* argv);

}  // namespace pacs::cli
