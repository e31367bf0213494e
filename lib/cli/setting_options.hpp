#pragma once

#include "base/settings.hpp"
#include "cli/tool.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::cli {

/// The command line's layer of settings: an option for each key asked for (`max_pdu` is --max-pdu),
/// with the words and the default of the key table, and its PACS_* variable in the manual page.
/// Must outlive Tool::run().
template <typename Settings>
class SettingOptions {
public:
    /// Empty `names`: all keys. `variables` is the prefix of the environment: "PACS_".
    SettingOptions(Tool& tool, const std::vector<SettingKey<Settings>>& keys,
                   std::string_view variables, std::string_view group,
                   const std::vector<std::string_view>& names = {})
    {
        for (const auto& key : keys) {
            const bool wanted =
                names.empty() || std::find(names.begin(), names.end(), key.name) != names.end();
            if (wanted) {
                add(tool, key, std::string{variables}, std::string{group});
            }
        }
    }

    /// What the command line gave, after parsing.
    Assignments given() const
    {
        Assignments layer;
        for (const Slot& slot : slots_) {
            if (slot.option->count() > 0) {
                layer.push_back({slot.key,
                                 slot.flag   ? std::vector<std::string>{"true"}
                                 : slot.list ? slot.values
                                             : std::vector<std::string>{slot.values.back()},
                                 slot.name});
            }
        }
        return layer;
    }

private:
    struct Slot {
        std::string key;
        std::string name;  // "--max-pdu"
        std::vector<std::string> values;
        CLI::Option* option = nullptr;
        bool flag = false;
        bool list = false;
    };

    /// "-j," where the tools have a short name for such a thing.
    static std::string short_name(std::string_view key) { return key == "move_jobs" ? "-j," : ""; }

    void add(Tool& tool, const SettingKey<Settings>& key, const std::string& variables,
             const std::string& group)
    {
        Slot& slot = slots_.emplace_back();
        slot.key = key.name;
        slot.flag = key.kind == ValueKind::flag;
        slot.list = key.kind == ValueKind::list;
        slot.name = "--";
        std::string variable = variables;
        for (const char c : key.name) {
            slot.name += c == '_' ? '-' : c;
            variable += static_cast<char>(c == '_' ? '_' : c - 'a' + 'A');
        }
        const std::string help{key.help};
        if (slot.flag) {
            slot.option = tool.options().add_flag(slot.name, help);
        } else {
            slot.option =
                tool.options().add_option(short_name(key.name) + slot.name, slot.values, help);
            slot.option->type_name(std::string{key.value});
            slot.option->default_str(key.get(Settings{}));
            slot.option->expected(1, slot.list ? CLI::detail::expected_max_vector_size : 1);
        }
        if (!key.choices.empty()) {
            slot.option->check(
                CLI::IsMember(std::vector<std::string>(key.choices.begin(), key.choices.end())));
        }
        slot.option->group(group);
        if (!key.deliberate) {
            tool.document_variable(variable, help);
        }
    }

    std::deque<Slot> slots_;  // CLI11 keeps pointers into it
};

}  // namespace pacs::cli
