#include "cli/docs.hpp"

#include "cli/completion.hpp"
#include "cli/option_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // join, since fmt 11

#include <string_view>

namespace pacs::cli {

namespace {

constexpr std::size_t indent = 26;
constexpr std::size_t columns = 80;

/// `text` broken at blanks so that it fits beside an option's name.
std::string wrapped(const std::string& text)
{
    std::string out;
    std::size_t start = 0;
    while (text.size() - start > columns - indent) {
        std::size_t end = text.rfind(' ', start + columns - indent);
        if (end == std::string::npos || end <= start) {
            end = std::min(text.find(' ', start), text.size());
        }
        out += text.substr(start, end - start) + "\n" + std::string(indent, ' ');
        start = std::min(end + 1, text.size());
    }
    return out + text.substr(start) + "\n";
}

/// "  -n, --count N         Send N echoes on one association [default: 1]"
std::string help_entry(const OptionEntry& entry)
{
    std::string head =
        entry.positional ? entry.value : fmt::format("{}", fmt::join(entry.names, ", "));
    if (!entry.positional && !entry.value.empty()) {
        head += " " + entry.value;
    }
    std::string body = entry.help;
    if (!entry.choices.empty()) {
        body += fmt::format(" ({})", fmt::join(entry.choices, ", "));
    }
    if (!entry.fallback.empty()) {
        body += fmt::format(" [default: {}]", entry.fallback);
    }
    const bool fits = head.size() + 4 <= indent;
    return fits ? fmt::format("  {:<{}}  {}", head, indent - 4, wrapped(body))
                : fmt::format("  {}\n{:{}}{}", head, "", indent, wrapped(body));
}

std::string command_lines(const std::deque<Command>& commands)
{
    std::string out;
    for (const Command& command : commands) {
        out += fmt::format("  {:<{}}  {}", command.name, indent - 4, wrapped(command.summary));
    }
    return out;
}

/// "Usage: ..." and the options group by group.
std::string option_text(const std::string& name, const CLI::App& app, const std::string& commands)
{
    const std::vector<OptionEntry> table = option_table(app);
    std::string out =
        fmt::format("Usage: {}{} [OPTION]...", name, commands.empty() ? "" : " COMMAND");
    for (const OptionEntry& entry : table) {
        const std::string word = entry.value + (entry.repeats ? "..." : "");
        out += !entry.positional ? "" : entry.required ? " " + word : " [" + word + "]";
    }
    out += "\n\n" + commands;
    for (const OptionEntry& entry : table) {
        out += entry.positional ? help_entry(entry) : "";
    }
    for (const std::string& group : group_names(table)) {
        std::string lines;
        for (const OptionEntry& entry : table) {
            lines += entry.group == group && !entry.positional ? help_entry(entry) : "";
        }
        out += lines.empty() ? "" : fmt::format("\n{}:\n{}", group, lines);
    }
    return out;
}

}  // namespace

std::string help_text(const Tool& tool, const Command* command)
{
    const ToolInfo& info = tool.info();
    const std::string name = command == nullptr ? info.name : info.name + " " + command->name;
    std::string out =
        fmt::format("{} - {}\n\n", name, command == nullptr ? info.summary : command->summary);
    if (command != nullptr) {
        return out + option_text(name, command->app, {}) +
               fmt::format("\nSee {}(1) for all the details.\n", info.name);
    }
    out += option_text(name, tool.options(), command_lines(tool.commands()));
    out += info.examples.empty() ? "" : "\nExamples:\n";
    for (const Example& example : info.examples) {
        out += "  " + replaced(example.command, "\n", "\n  ") + "\n";
    }
    return out + fmt::format("\nSee {}(1) for all the details.\n", info.name);
}

std::optional<std::string> generated(const Tool& tool, int argc, const char* const* argv)
{
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 2 || words[0] != "--generate") {
        return std::nullopt;
    }
    if (words[1] == "complete") {
        return rendered(complete(tool, {words.begin() + 2, words.end()}));
    }
    const std::string& what = words.size() == 2 ? words[1] : "";
    return what == "man"    ? std::optional{man_page(tool, PACS_VERSION)}
           : what == "bash" ? std::optional{bash_completion(tool)}
           : what == "zsh"  ? std::optional{zsh_completion(tool)}
           : what == "fish" ? std::optional{fish_completion(tool)}
                            : std::nullopt;
}

}  // namespace pacs::cli
