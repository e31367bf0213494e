#include "cli/docs.hpp"
#include "cli/option_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // join, since fmt 11

#include <algorithm>
#include <cctype>

namespace pacs::cli {

namespace {

std::string roff(const std::string& text)
{
    std::string safe = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
    safe = replaced(replaced(safe, "~", "\\(ti"), "^", "\\(ha");
    safe = replaced(replaced(safe, "'", "\\(aq"), "`", "\\(ga");
    if (!safe.empty() && safe[0] == '.') {
        safe.insert(0, "\\&");
    }
    return replaced(safe, "\n.", "\n\\&.");
}

std::string paragraphs(const std::string& text)
{
    std::string out;
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string line = text.substr(start, end - start);
        out += line.empty() ? ".PP\n" : roff(line) + "\n";
        start = end + 1;
    }
    return out;
}

std::string operand(const OptionEntry& entry)
{
    const std::string name =
        fmt::format("\\fI{}\\fR{}", roff(entry.value), entry.repeats ? "..." : "");
    return entry.required ? name : "[" + name + "]";
}

std::string tagged(const std::string& head, const std::string& body)
{
    return fmt::format(".TP\n{}\n{}\n", head, body);
}

std::string option_entry(const OptionEntry& entry)
{
    std::string head;
    for (const std::string& name : entry.names) {
        head += fmt::format("{}\\fB{}\\fR", head.empty() ? "" : ", ", roff(name));
    }
    if (!entry.value.empty()) {
        head += fmt::format("{}\\fI{}\\fR", head.empty() ? "" : " ", roff(entry.value));
    }
    std::string body = roff(entry.help) + ".";
    if (!entry.choices.empty()) {
        body += fmt::format(" One of {}.", roff(fmt::format("{}", fmt::join(entry.choices, ", "))));
    }
    if (!entry.fallback.empty()) {
        body += fmt::format(" Default: {}.", roff(entry.fallback));
    }
    if (entry.repeats && !entry.positional) {
        body += " May be repeated.";
    }
    return tagged(head, body);
}

std::string header(const ToolInfo& info, const std::string& version)
{
    std::string upper = info.name;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return fmt::format(
        ".\\\" Written by '{} --generate man'. Change the tool, not this page.\n"
        ".TH {} 1 \"\" \"pacs\\-utils {}\" \"PACS tools\"\n.SH NAME\n{} \\- {}\n",
        info.name, roff(upper), version, roff(info.name), roff(info.summary));
}

bool asks(const std::string& caption)
{
    return !caption.empty() && caption.back() == '?';
}

/// The status a test expects of an example stands before it in a comment.
std::string examples(const ToolInfo& info)
{
    std::string out;
    for (const Example& example : info.examples) {
        out += ".PP\n" + roff(example.caption) + (asks(example.caption) ? "\n.PP\n" : ":\n.PP\n");
        out += example.exit_status == 0 ? "" : fmt::format(".\\\" exit {}\n", example.exit_status);
        out += fmt::format(".nf\n.RS 4\n{}\n.RE\n.fi\n", roff(example.command));
    }
    return out.empty() ? "" : ".SH EXAMPLES\n" + out;
}

std::string option_groups(const std::vector<OptionEntry>& table)
{
    std::string out;
    for (const OptionEntry& entry : table) {
        out += entry.positional ? option_entry(entry) : "";
    }
    for (const std::string& group : group_names(table)) {
        std::string entries;
        for (const OptionEntry& entry : table) {
            entries += entry.group == group && !entry.positional ? option_entry(entry) : "";
        }
        const bool headed = group != "Options";  // CLI11's name for those without a group
        out += entries.empty() ? "" : headed ? ".SS " + roff(group) + "\n" + entries : entries;
    }
    return out;
}

/// The options of a command, whose groups have no headings of their own.
std::string command_section(const Command& command)
{
    std::string out = fmt::format(".SS {}\n{}.\n", roff(command.name), roff(command.summary));
    for (const OptionEntry& entry : own_options(command.app)) {
        out += option_entry(entry);
    }
    return out;
}

std::string synopsis(const std::string& name, const std::vector<OptionEntry>& table)
{
    std::string out = fmt::format("\\fB{}\\fR [\\fIOPTION\\fR]...", roff(name));
    for (const OptionEntry& entry : table) {
        out += entry.positional ? " " + operand(entry) : "";
    }
    return out + "\n";
}

std::string environment(const Tool& tool)
{
    std::string out =
        ".SH ENVIRONMENT\nThe command line comes before these, and these before\n"
        "\\fBpacs.toml\\fR(5).\n";
    for (const Note& note : tool.variables()) {
        out += tagged("\\fB" + roff(note.name) + "\\fR", roff(note.meaning) + ".");
    }
    return out;
}

std::string exit_status(const ToolInfo& info)
{
    std::string out = ".SH EXIT STATUS\n";
    for (const ExitCodeWords& words : exit_codes) {
        const std::string number = std::to_string(static_cast<int>(words.code));
        std::string meaning{words.meaning};
        for (const Note& note : info.exit_notes) {
            meaning = note.name == number ? note.meaning : meaning;
        }
        out += tagged("\\fB" + number + "\\fR", roff(meaning) + ".");
    }
    return out + ".PP\nThey are the same in every tool: see \\fBpacs\\-exit\\-status\\fR(7).\n";
}

}  // namespace

std::string man_page(const Tool& tool, const std::string& version)
{
    const ToolInfo& info = tool.info();
    const std::vector<OptionEntry> table = option_table(tool.options());
    std::string out = header(info, version) + ".SH SYNOPSIS\n";
    out += tool.commands().empty() ? synopsis(info.name, table) : "";
    std::string commands;
    for (const Command& command : tool.commands()) {
        out += commands.empty() ? "" : ".br\n";
        out += synopsis(info.name + " " + command.name, option_table(command.app));
        commands += command_section(command);
    }
    out += ".SH DESCRIPTION\n" + paragraphs(info.description) + examples(info);
    out += commands.empty() ? "" : ".SH COMMANDS\n" + commands;
    out += ".SH OPTIONS\n" + option_groups(table) + environment(tool) + exit_status(info);
    out += ".SH SEE ALSO\n\\fBpacs\\fR(7), \\fBpacs.toml\\fR(5), \\fBpacs\\-records\\fR(5)";
    for (const std::string& page : info.see_also) {
        const std::size_t paren = page.find('(');
        out += fmt::format(", \\fB{}\\fR{}", roff(page.substr(0, paren)), page.substr(paren));
    }
    return out + "\n";
}

}  // namespace pacs::cli
