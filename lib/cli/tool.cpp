#include "cli/tool.hpp"

#include "base/stop.hpp"
#include "cli/docs.hpp"
#include "cli/signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

namespace pacs::cli {

namespace {

constexpr int status_of_signals = 128;

/// A descriptor 0, 1 or 2 that was closed would be given to the next file opened, and records or
/// errors would end up in it. What is put there instead cannot be written to.
void keep_standard_descriptors()
{
    for (int fd = 0; fd <= 2; ++fd) {
        if (::fcntl(fd, F_GETFD) < 0) {
            [[maybe_unused]] const int opened = ::open("/dev/null", O_RDONLY);
        }
    }
}

/// One line, and a second one that tells what to try.
void complain(std::string_view message, std::string_view hint)
{
    log::write(log::Level::error, message);
    if (hint.empty()) {
        return;
    }
    if (log::format() == log::Format::json) {
        log::write_record(JsonLine{"log"}
                              .add("level", "error")
                              .add("message", "hint: " + std::string{hint})
                              .str());
    } else {
        log::write_record("hint: " + log::printable(hint, 1000) + "\n");
    }
}

/// Documents go through stdio, which a full disk fails only at the end.
ExitCode print(const std::string& text)
{
    const bool done = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0 &&
                      std::ferror(stdout) == 0;
    if (done) {
        return ExitCode::ok;
    }
    if (errno == EPIPE) {
        return ExitCode::output_closed;
    }
    complain(fmt::format("writing standard output: {}", std::strerror(errno)), "");
    return ExitCode::storage;
}

std::string lower_first(std::string text)
{
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z') {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
}

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

std::string_view name_of(Format format)
{
    switch (format) {
    case Format::ndjson: return "ndjson";
    case Format::table: return "table";
    case Format::dicom_json: return "dicom-json";
    case Format::path: return "path";
    case Format::nagios: return "nagios";
    case Format::prometheus: return "prometheus";
    }
    return "ndjson";
}

/// Whether a monitoring system calls, told before the command line is known to be right.
bool asks_as_plugin(int argc, char** argv)
{
    bool asked = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--format" && i + 1 < argc) {
            asked = name_of(Format::nagios) == argv[i + 1];
        } else if (word.starts_with("--format=")) {
            asked = word.substr(word.find('=') + 1) == name_of(Format::nagios);
        }
    }
    return asked;
}

}  // namespace

void ReloadHook::set(std::function<void()> action)
{
    const std::lock_guard lock{mutex_};
    action_ = std::move(action);
}

void ReloadHook::call()
{
    const std::lock_guard lock{mutex_};
    if (action_) {
        action_();
    }
}

Tool::Tool(ToolInfo info) : info_(std::move(info)), app_(info_.description, info_.name)
{
    add_common_options(app_, nullptr);
    document_variable("PACS_CONFIG", "Configuration to read, as --config");
}

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

void Tool::configure_log() const
{
    using log::Level;
    const Level loud = verbose_ >= 3   ? Level::trace
                       : verbose_ == 2 ? Level::debug
                       : verbose_ == 1 ? Level::info
                                       : Level::warning;
    log::configure(quiet_ ? Level::error : loud,
                   log_format_ == "json" ? log::Format::json : log::Format::text, info_.name);
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

ExitCode Tool::guarded(const std::function<ExitCode()>& action, std::string& message) const
{
    const auto failed = [&](ExitCode code, std::string text, std::string_view hint = {}) {
        message = std::move(text);
        if (!StopFlag::instance().raised()) {
            complain(message, hint);
        }
        return code;
    };
    try {
        return action();
    } catch (const Error& error) {
        return failed(pacs::cli::exit_code(error.kind()), error.what(), error.hint());
    } catch (const std::system_error& error) {
        return failed(ExitCode::storage, error.what());
    } catch (const std::bad_alloc&) {
        return failed(ExitCode::storage, "running: out of memory");
    } catch (const std::exception& error) {
        return failed(ExitCode::bug, fmt::format("running: defect of ours: {}", error.what()),
                      "please report it");
    }
}

/// A raised stop flag decides: whatever the body made of it, the run was cut short.
ExitCode Tool::ended(ExitCode code) const
{
    const int number = StopFlag::instance().signal_number();
    const bool orderly = info_.daemon && number != SIGPIPE;
    return number == 0 || orderly ? code : static_cast<ExitCode>(status_of_signals + number);
}

ExitCode Tool::finish(ExitCode code, const std::string& message, Records& records) const
{
    const bool nothing_started = code == ExitCode::usage && records.counts().records == 0;
    if (!nothing_started) {
        records.finish(code, message);
    }
    records.flush();
    const int error = records.write_error();
    if (error == 0) {
        return code;
    }
    if (error == EPIPE) {
        return ExitCode::output_closed;
    }
    complain(fmt::format("writing standard output: {}", std::strerror(error)), "");
    return ExitCode::storage;
}

std::string Tool::status(const Records& records, const Progress& progress) const
{
    if (progress_offered_) {
        return progress.line();
    }
    const Counts counts = records.counts();
    return fmt::format("{} records, {} ok, {} warning, {} failed, {} skipped", counts.records,
                       counts.ok, counts.warning, counts.failed, counts.skipped);
}

ExitCode Tool::run_body(const std::function<ExitCode(Run&)>& body)
{
    Records records{format(), columns_, STDOUT_FILENO};
    Progress progress;
    ReloadHook reload;
    std::string message;
    ExitCode code = ExitCode::ok;
    {
        SignalThread::Actions actions;
        actions.status = [&] {
            log::write_record(info_.name + ": " + status(records, progress) + "\n");
        };
        if (info_.daemon) {
            actions.reload = [&] { reload.call(); };
        }
        const SignalThread signals{std::move(actions)};
        code = guarded(
            [&] {
                const Config config = Config::find(config_file_);
                progress.start(progress_ == "json"             ? ProgressMode::json
                               : quiet_ || progress_ == "none" ? ProgressMode::none
                                                               : ProgressMode::automatic);
                Run run{records, progress, config, reload};
                const ExitCode ran = body(run);
                plugin_state_ = run.plugin_state();
                return ran;
            },
            message);
        progress.stop();
    }
    failure_ = message;
    return finish(ended(code), message, records);
}

int Tool::plugin_status(ExitCode code, const std::string& message) const
{
    constexpr int unknown = 3;
    if (code == ExitCode::ok || code == ExitCode::findings || code == ExitCode::peer) {
        return plugin_state_.value_or(code == ExitCode::ok ? 0 : unknown);  // ok: help was printed
    }
    const std::string reason =
        message.empty() ? fmt::format("ended with status {}", static_cast<int>(code)) : message;
    // the status tells it, too, when nobody can read the line
    (void)std::fputs(fmt::format("DICOM UNKNOWN - {}\n", log::printable(reason, 1000)).c_str(),
                     stdout);
    (void)std::fflush(stdout);
    return unknown;
}

int Tool::run(int argc, char** argv, const std::function<ExitCode(Run&)>& body)
{
    keep_standard_descriptors();
    log::configure(log::Level::warning, log::Format::text, info_.name);
    std::string message;
    const ExitCode code = guarded(
        [&]() -> ExitCode {
            if (const auto text = generated(*this, argc, argv)) {
                return print(*text);
            }
            try {
                parse(argc, argv);
            } catch (const CLI::CallForHelp&) {
                return print(help_text(*this, find_command(command_)));
            } catch (const CLI::CallForVersion&) {
                return print(info_.name + " " + PACS_VERSION + "\n");
            } catch (const CLI::ParseError& error) {
                throw Error(
                    ErrorKind::usage, "reading the command line: " + lower_first(error.what()),
                    fmt::format("{} --help lists the options",
                                command_.empty() ? info_.name : info_.name + " " + command_));
            }
            configure_log();
            SignalThread::block(info_.daemon);
            return run_body(body);
        },
        message);
    const bool plugin = plugin_offered_ && asks_as_plugin(argc, argv);
    return plugin ? plugin_status(code, message.empty() ? failure_ : message)
                  : static_cast<int>(code);
}

}  // namespace pacs::cli
