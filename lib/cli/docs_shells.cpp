#include "cli/docs.hpp"
#include "cli/option_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // join, since fmt 11

#include <algorithm>
#include <utility>
#include <vector>

namespace pacs::cli {

namespace {

// In these @F is the function's name, @T the tool's.

// COMP_WORDBREAKS has "@" and "=", so readline replaces only what follows them.
constexpr const char* bash_frame =
    R"sh(# Written by '@T --generate bash'. Change the tool, not this file.
@F() {
  local line=${COMP_LINE:0:COMP_POINT}
  local cur=${line##*[[:space:]]} prev=${COMP_WORDS[COMP_CWORD-1]}
  [[ $cur == --*=* ]] && prev=${cur%%=*} cur=${cur#*=}
  COMPREPLY=()
  case $prev in
@CASES  esac@ENDPOINTS
  [[ $cur == -* ]] && mapfile -t COMPREPLY < <(compgen -W '@WORDS' -- "$cur")
}
complete -o default -F @F @T
)sh";

constexpr const char* bash_endpoints = R"sh(
  if [[ $cur == @* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(@T --generate nodes 2>/dev/null)" -- "$cur")
    [[ $COMP_WORDBREAKS == *@* ]] && COMPREPLY=("${COMPREPLY[@]#@}")
    return
  fi)sh";

constexpr const char* zsh_frame = R"sh(#compdef @T
# Written by '@T --generate zsh'. Change the tool, not this file.
@ENDPOINTS@F() {
  _arguments -s -S@SPECS
}

@F "$@"
)sh";

constexpr const char* zsh_endpoints = R"sh(@F_endpoints() {
  local -a nodes
  nodes=(${(f)"$(@T --generate nodes 2>/dev/null)"})
  _alternative 'nodes:node:compadd -a nodes' 'files:file:_files'
}

)sh";

std::string function_name(const Tool& tool)
{
    return "_" + replaced(tool.info().name, "-", "_");
}

/// What bash's compgen needs to complete an option's value.
std::string bash_words(const OptionEntry& entry)
{
    if (!entry.choices.empty()) {
        return fmt::format("-W '{}'", fmt::join(entry.choices, " "));
    }
    return entry.names_file() ? "-f" : entry.names_folder() ? "-d" : "-W ''";
}

std::string zsh_quoted(const std::string& text)
{
    return replaced(replaced(replaced(replaced(text, "'", "'\\''"), "[", "\\["), "]", "\\]"), ":",
                    "\\:");
}

std::string zsh_action(const OptionEntry& entry, const std::string& function)
{
    if (!entry.choices.empty()) {
        return fmt::format("({})", fmt::join(entry.choices, " "));
    }
    if (entry.positional) {
        return entry.names_endpoint() ? function + "_endpoints" : "_files";
    }
    return entry.names_file() ? "_files" : entry.names_folder() ? "_files -/" : " ";
}

std::string zsh_option(const OptionEntry& entry, const std::string& function)
{
    std::string specs;
    const std::string exclusive =
        entry.repeats ? "*" : fmt::format("({})", fmt::join(entry.names, " "));
    for (const std::string& name : entry.names) {
        const bool is_long = name.size() > 2;
        specs += fmt::format(
            " \\\n    '{}{}{}[{}]{}'", exclusive, name,
            entry.value.empty() ? "" : (is_long ? "=" : "+"), zsh_quoted(entry.help),
            entry.value.empty()
                ? ""
                : fmt::format(":{}:{}", zsh_quoted(entry.value), zsh_action(entry, function)));
    }
    return specs;
}

/// Options that complete alike share one case.
void add_case(std::vector<std::pair<std::string, std::string>>& cases,
              const std::string& completion, const std::string& names)
{
    for (auto& [known, others] : cases) {
        if (known == completion) {
            others += "|" + names;
            return;
        }
    }
    cases.emplace_back(completion, names);
}

bool takes_endpoints(const std::vector<OptionEntry>& table)
{
    return std::any_of(table.begin(), table.end(), [](const OptionEntry& entry) {
        return entry.positional && entry.names_endpoint();
    });
}

std::string with_names(const std::string& frame, const Tool& tool)
{
    return replaced(replaced(frame, "@F", function_name(tool)), "@T", tool.info().name);
}

}  // namespace

std::string bash_completion(const Tool& tool)
{
    std::string words;
    std::vector<std::pair<std::string, std::string>> cases;  // what completes, names
    const std::vector<OptionEntry> table = option_table(tool);
    for (const OptionEntry& entry : table) {
        if (entry.names.empty()) {
            continue;
        }
        words += fmt::format("{}{}", words.empty() ? "" : " ", fmt::join(entry.names, " "));
        if (!entry.value.empty()) {
            add_case(cases, bash_words(entry), fmt::format("{}", fmt::join(entry.names, "|")));
        }
    }
    std::string lines;
    for (const auto& [completion, names] : cases) {
        lines += fmt::format(
            "    {})\n      mapfile -t COMPREPLY < <(compgen {} -- \"$cur\")\n"
            "      return ;;\n",
            names, completion);
    }
    std::string out =
        replaced(bash_frame, "@ENDPOINTS", takes_endpoints(table) ? bash_endpoints : "");
    return replaced(replaced(with_names(out, tool), "@CASES", lines), "@WORDS", words);
}

std::string zsh_completion(const Tool& tool)
{
    const std::vector<OptionEntry> table = option_table(tool);
    std::string specs;
    for (const OptionEntry& entry : table) {
        specs += entry.positional
                     ? fmt::format(" \\\n    '{}:{}:{}'", entry.repeats ? "*" : "",
                                   zsh_quoted(entry.value), zsh_action(entry, function_name(tool)))
                     : zsh_option(entry, function_name(tool));
    }
    const std::string out =
        replaced(zsh_frame, "@ENDPOINTS", takes_endpoints(table) ? zsh_endpoints : "");
    return replaced(with_names(out, tool), "@SPECS", specs);
}

std::string fish_completion(const Tool& tool)
{
    const std::string name = tool.info().name;
    const std::vector<OptionEntry> table = option_table(tool);
    std::string out =
        fmt::format("# Written by '{} --generate fish'. Change the tool, not this file.\n", name);
    if (takes_endpoints(table)) {
        out += fmt::format("complete -c {0} -a '({0} --generate nodes 2>/dev/null)'\n", name);
    }
    for (const OptionEntry& entry : table) {
        if (entry.names.empty()) {
            continue;
        }
        out += fmt::format("complete -c {}", name);
        for (const std::string& option : entry.names) {
            out += option.size() > 2 ? " -l " + option.substr(2) : " -s " + option.substr(1);
        }
        if (!entry.value.empty()) {
            out += entry.names_file() || entry.names_folder()
                       ? " -r"
                       : fmt::format(" -x -a '{}'", fmt::join(entry.choices, " "));
        }
        out += fmt::format(" -d '{}'\n", replaced(replaced(entry.help, "\\", "\\\\"), "'", "\\'"));
    }
    return out;
}

}  // namespace pacs::cli
