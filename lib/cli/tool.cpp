#include "cli/tool.hpp"

#include "base/stop.hpp"
#include "base/units.hpp"
#include "cli/docs.hpp"
#include "cli/signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

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
ExitCode Tool::ended(ExitCode code, std::string& message) const
{
    if (time_is_up_) {
        message = fmt::format("stopping: the total limit of {} is over (--max-duration)",
                              duration_value(*max_duration_));
        complain(message, "run again to go on, or give it more time");
        return ExitCode::limit;
    }
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
        if (max_duration_) {
            actions.end = Deadline::after(*max_duration_);
            actions.at_end = [this] { time_is_up_ = true; };
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
    code = ended(code, message);
    failure_ = message;
    return finish(code, message, records);
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
