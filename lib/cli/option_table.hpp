#pragma once

#include "cli/tool.hpp"

#include <string>
#include <vector>

namespace pacs::cli {

/// One option as the writers of help, manual and completions need it, read back from CLI11, so
/// that none of them can differ from what is parsed.
struct OptionEntry {
    std::vector<std::string> names;  ///< "-n", "--count"; empty for a positional word
    std::string value;               ///< "N"; empty for a flag
    std::vector<std::string> choices;
    std::string help;
    std::string fallback;  ///< default value as text
    std::string group;
    bool positional = false;
    bool required = false;
    bool repeats = false;

    WordKind kind() const { return kind_of(value); }
};

/// All options that are not hidden: positional words first, then group by group.
std::vector<OptionEntry> option_table(const Tool& tool);
/// The same of one subcommand.
std::vector<OptionEntry> option_table(const CLI::App& app);
/// The same without those that every command of a tool has.
std::vector<OptionEntry> own_options(const CLI::App& app);
OptionEntry option_entry(const CLI::Option& option);
/// The groups of a table in their order, "Common" last.
std::vector<std::string> group_names(const std::vector<OptionEntry>& table);
/// `text` with every `from` replaced.
std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace pacs::cli
