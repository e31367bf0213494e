#include "cli/option_table.hpp"

#include <algorithm>

namespace pacs::cli {

namespace {

/// CLI11 appends the text of a check to the type: "FORMAT:{json,text}", "N:INT in [1 - 64]".
void split_type(const std::string& type, OptionEntry& entry)
{
    const auto brace = type.find(":{");
    const auto range = type.find(" in [");
    entry.value = type.substr(0, range == std::string::npos ? brace : type.rfind(':', range));
    if (brace == std::string::npos) {
        return;
    }
    std::string inside = type.substr(brace + 2, type.find('}') - brace - 2) + ",";
    for (std::size_t comma = 0; (comma = inside.find(',')) != std::string::npos;
         inside.erase(0, comma + 1)) {
        entry.choices.push_back(inside.substr(0, comma));
    }
}

}  // namespace

OptionEntry option_entry(const CLI::Option& option)
{
    OptionEntry entry;
    for (const std::string& name : option.get_snames()) {
        entry.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
        entry.names.push_back("--" + name);
    }
    if (option.get_expected_max() != 0) {
        split_type(option.get_type_name(), entry);
    }
    if (entry.value == "TEXT") {  // CLI11's word for a type nobody named
        entry.value = option.get_positional() ? option.get_name()
                      : entry.choices.empty() ? "TEXT"
                                              : "HOW";
    }
    entry.help = option.get_description();
    entry.fallback = entry.value.empty() || option.get_required() ? "" : option.get_default_str();
    if (entry.fallback == "[]" || entry.fallback == "{}" || entry.fallback == "\"\"") {
        entry.fallback.clear();  // how CLI11 writes a list or text without anything in it
    }
    entry.group = option.get_group();
    entry.positional = option.get_positional();
    entry.required = option.get_required();
    entry.repeats = option.get_items_expected_max() > 1;
    return entry;
}

std::vector<OptionEntry> option_table(const Tool& tool)
{
    return option_table(tool.options());
}

std::vector<OptionEntry> option_table(const CLI::App& app)
{
    std::vector<OptionEntry> table;
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_group().empty()) {
            table.push_back(option_entry(*option));
        }
    }
    const std::vector<std::string> groups = group_names(table);
    const auto rank = [&](const OptionEntry& entry) {
        return entry.positional
                   ? std::ptrdiff_t{-1}
                   : std::find(groups.begin(), groups.end(), entry.group) - groups.begin();
    };
    std::stable_sort(table.begin(), table.end(),
                     [&](const auto& left, const auto& right) { return rank(left) < rank(right); });
    return table;
}

std::vector<OptionEntry> own_options(const CLI::App& app)
{
    std::vector<OptionEntry> table = option_table(app);
    std::erase_if(table, [](const OptionEntry& entry) { return entry.group == "Common"; });
    return table;
}

std::vector<std::string> group_names(const std::vector<OptionEntry>& table)
{
    std::vector<std::string> groups;
    for (const OptionEntry& entry : table) {
        if (entry.group != "Common" &&
            std::find(groups.begin(), groups.end(), entry.group) == groups.end()) {
            groups.push_back(entry.group);
        }
    }
    groups.emplace_back("Common");
    return groups;
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
    return text;
}

}  // namespace pacs::cli
