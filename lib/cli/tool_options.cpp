#include "cli/docs.hpp"
#include "cli/tool.hpp"
#include "cli/validators.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace pacs::cli {

namespace {

/// A repeated option takes its last value, and a list option one value at a time: CLI11's own
/// rules are an error and "all words that follow".
void set_habits(CLI::App& app)
{
    for (CLI::Option* option : app.get_options(static_cast<bool (*)(CLI::Option*)>(nullptr))) {
        if (option->get_positional() || option->get_expected_max() == 0) {
            continue;
        }
        if (option->get_items_expected_max() > 1) {
            option->allow_extra_args(false);
        } else {
            option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        }
    }
}

}  // namespace

void Tool::add_common_options(CLI::App& app, const Command* command)
{
    app.positionals_at_end();
    app.option_defaults()->always_capture_default();
    app.formatter_fn([this, command](const CLI::App*, const std::string&, CLI::AppFormatMode) {
        return help_text(*this, command);
    });
    app.set_help_flag("-h,--help", "Print this help and exit")->group("Common");
    app.set_version_flag("--version", std::string{PACS_VERSION}, "Print the version and exit")
        ->group("Common");
    app.add_option("--config", config_file_, "Configuration to read instead of pacs.toml")
        ->type_name("FILE")
        ->group("Common");
    app.add_flag("-v,--verbose", verbose_, "Say more on standard error; twice for debugging")
        ->group("Common");
    app.add_flag("-q,--quiet", quiet_, "Say nothing but errors on standard error")->group("Common");
    if (!info_.daemon) {
        add_time_limit(app, "--max-duration", max_duration_,
                       "Stop in good order after so long in all, with status 6")
            ->group("Common");
    }
    app.add_option("--log-format", log_format_, "What standard error looks like")
        ->type_name("FORMAT")
        ->check(CLI::IsMember(std::vector<std::string>{"text", "json"}))
        ->group("Common");
}

CLI::App& Tool::add_command(const std::string& name, const std::string& summary)
{
    Command& command = commands_.emplace_back(name, summary, info_.name);
    add_common_options(command.app, &command);
    return command.app;
}

std::vector<CLI::App*> Tool::apps_of(const std::vector<std::string>& commands)
{
    if (commands_.empty()) {
        return {&app_};
    }
    std::vector<CLI::App*> apps;
    for (Command& command : commands_) {
        if (std::find(commands.begin(), commands.end(), command.name) != commands.end()) {
            apps.push_back(&command.app);
        }
    }
    return apps;
}

void Tool::document_variable(std::string name, std::string meaning)
{
    variables_.push_back({std::move(name), std::move(meaning)});
}

void Tool::offer_formats(const std::vector<Format>& formats, std::vector<Column> columns,
                         const std::vector<std::string>& commands)
{
    std::vector<std::string> names;
    for (const Format format : formats) {
        names.emplace_back(name_of(format));
        table_offered_ = table_offered_ || format == Format::table;
        plugin_offered_ = plugin_offered_ || format == Format::nagios;
    }
    columns_ = std::move(columns);
    for (CLI::App* app : apps_of(commands)) {
        app->add_option("--format", format_,
                        "Records to print; table when standard output is a terminal")
            ->type_name("FORMAT")
            ->check(CLI::IsMember(names))
            ->default_str("")
            ->group("Output");
    }
}

void Tool::offer_progress(const std::vector<std::string>& commands)
{
    progress_offered_ = true;
    progress_ = "auto";
    for (CLI::App* app : apps_of(commands)) {
        app->add_option("--progress", progress_,
                        "How to show progress: a line on a terminal, or events on standard error")
            ->type_name("HOW")
            ->check(CLI::IsMember(std::vector<std::string>{"auto", "json", "none"}))
            ->group("Output");
    }
}

const Command* Tool::find_command(const std::string& name) const
{
    const auto found = std::find_if(commands_.begin(), commands_.end(),
                                    [&](const Command& command) { return command.name == name; });
    return found == commands_.end() ? nullptr : &*found;
}

/// Takes the command out of a command line, which it leads but for common options; nullptr when
/// there are only options.
Command* Tool::take_command(std::vector<std::string>& words)
{
    const auto takes_value = [this](const std::string& word) {
        const CLI::Option* const option = app_.get_option_no_throw(word);
        return option != nullptr && option->get_expected_max() != 0;
    };
    auto word = words.begin();
    while (word != words.end() && word->size() > 1 && word->front() == '-') {
        word += takes_value(*word) && word + 1 != words.end() ? 2 : 1;
    }
    if (word == words.end()) {
        return nullptr;
    }
    for (Command& command : commands_) {
        if (command.name == *word) {
            words.erase(word);
            return &command;
        }
    }
    throw Error(ErrorKind::usage,
                fmt::format("reading the command line: there is no command '{}'", *word),
                fmt::format("{} --help lists the commands", info_.name));
}

void Tool::parse(int argc, char** argv)
{
    std::vector<std::string> given(argv + 1, argv + argc);
    Command* const command = commands_.empty() ? nullptr : take_command(given);
    CLI::App& app = command == nullptr ? app_ : command->app;
    command_ = command == nullptr ? "" : command->name;
    set_habits(app);
    std::vector<std::string> words = arranged(app, given, habits_);
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    if (command == nullptr && !commands_.empty()) {
        throw Error(ErrorKind::usage, "reading the command line: a command is needed",
                    fmt::format("{} --help lists them", info_.name));
    }
}

Format Tool::format() const
{
    for (const Format format : {Format::ndjson, Format::table, Format::dicom_json, Format::path,
                                Format::nagios, Format::prometheus}) {
        if (format_ == name_of(format)) {
            return format;
        }
    }
    return table_offered_ && ::isatty(STDOUT_FILENO) == 1 ? Format::table : Format::ndjson;
}

}  // namespace pacs::cli
