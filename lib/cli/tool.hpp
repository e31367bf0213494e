#pragma once

#include "base/config.hpp"
#include "base/log.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_code.hpp"
#include "cli/progress.hpp"
#include "cli/records.hpp"
#include "cli/word_kind.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pacs::cli {

/// One line for the shell, in the manual page and run by tests/examples.sh: it may use the folders,
/// files and @nodes that script sets up.
struct Example {
    std::string caption;  ///< "Is the archive there?", lower case is for errors
    std::string command;
    int exit_status = 0;  ///< what the test expects
};

/// A name and what it means: environment variables, exit statuses with a meaning of their own.
struct Note {
    std::string name;
    std::string meaning;
};

/// What a tool says of itself in words. Together with its options this is the one source
/// for --help, the man page and the shell completions (docs.hpp).
struct ToolInfo {
    std::string name;         ///< "pacs-echo"
    std::string summary;      ///< one line, lower case, no full stop
    std::string description;  ///< paragraphs, parted by empty lines
    std::vector<Example> examples;
    std::vector<std::string> see_also;  ///< "pacs-find(1)"
    std::vector<Note> exit_notes;       ///< {"3", "no peer answered"}: what 3 means here
    bool daemon = false;  ///< SIGTERM and SIGINT are the orderly end, exit 0; SIGHUP reloads
};

/// One of several jobs of a tool: the word behind its name, with options of its own.
struct Command {
    Command(std::string word, std::string about, const std::string& tool)
        : name(std::move(word)), summary(std::move(about)), app(summary, tool + " " + name)
    {
    }
    std::string name;     ///< "scan"
    std::string summary;  ///< as ToolInfo::summary
    CLI::App app;
};

/// What a daemon does for SIGHUP, set by one thread and called by another.
class ReloadHook {
public:
    void set(std::function<void()> action);
    void call();

private:
    std::mutex mutex_;
    std::function<void()> action_;
};

/// What a body gets to work with.
class Run {
public:
    Run(Records& records, Progress& progress, const Config& config, ReloadHook& reload) noexcept
        : records_(records), progress_(progress), config_(config), reload_(reload)
    {
    }

    Records& records() noexcept { return records_; }
    Progress& progress() noexcept { return progress_; }
    /// pacs.toml as found when the tool started; a daemon that reloads calls Config::find() again.
    const Config& config() const noexcept { return config_; }
    /// `action` is called for each SIGHUP from now on, in the thread that takes signals; it must
    /// not throw. Only for daemons. Reset it (nullptr) before what it uses goes away.
    void on_reload(std::function<void()> action) { reload_.set(std::move(action)); }
    /// What to exit with, 0 to 3, instead of the body's ExitCode: only in Format::nagios, where it
    /// must be called unless the body throws.
    void set_plugin_state(int state) noexcept { plugin_state_ = state; }
    std::optional<int> plugin_state() const noexcept { return plugin_state_; }

private:
    Records& records_;
    Progress& progress_;
    const Config& config_;
    ReloadHook& reload_;
    std::optional<int> plugin_state_;
};

/// The frame every main() stands in: common options, configuration, parsing, signals, errors,
/// records with their summary, exit status.
class Tool {
public:
    explicit Tool(ToolInfo info);
    Tool(const Tool&) = delete;  // the help formatter holds a pointer to this object
    Tool& operator=(const Tool&) = delete;

    CLI::App& options() noexcept { return app_; }
    const CLI::App& options() const noexcept { return app_; }
    const ToolInfo& info() const noexcept { return info_; }
    /// Makes it a tool of commands, each with options of its own beside the common ones; returns
    /// where those of the new one go, which stays valid as long as the tool.
    CLI::App& add_command(const std::string& name, const std::string& summary);
    const std::deque<Command>& commands() const noexcept { return commands_; }
    /// nullptr: there is none of that name.
    const Command* find_command(const std::string& name) const;
    /// The command that was given; empty for a tool without commands.
    const std::string& command() const noexcept { return command_; }
    const std::vector<Note>& variables() const noexcept { return variables_; }
    /// --config as given, empty when not; for a daemon's reload.
    const std::string& config_file() const noexcept { return config_file_; }

    /// Adds --format; the first is the default when standard output is no terminal. A table's
    /// `columns` may be set later (Records::set_columns). In a tool of commands for those named.
    void offer_formats(const std::vector<Format>& formats, std::vector<Column> columns,
                       const std::vector<std::string>& commands = {});
    /// Adds --progress, for work that may take minutes; in a tool of commands to those named.
    void offer_progress(const std::vector<std::string>& commands = {});
    /// Understands DCMTK's spellings (arguments.hpp); `place` is where the peer belongs.
    void accept_dcmtk_habits(PeerPlace place) { habits_ = place; }
    /// Completes values of that kind from a list (word_kind.hpp): cli knows nothing of DICOM.
    void offer_words(WordKind kind, WordList list) { words_[kind] = std::move(list); }
    const WordLists& word_lists() const noexcept { return words_; }
    /// Completes endpoints with the @aliases of the configuration; PeerOptions does it.
    void offer_nodes() noexcept { nodes_offered_ = true; }
    bool nodes_offered() const noexcept { return nodes_offered_; }
    /// A line under ENVIRONMENT of the manual page.
    void document_variable(std::string name, std::string meaning);

    /// Parses the command line, reads the configuration, then calls `body`. Never throws: errors
    /// become a line on standard error, the message of the summary record and the exit status of
    /// their kind. The summary is printed however the body ends, but not for Error(usage) before
    /// the first record: then nothing was started.
    ///
    /// A run that takes longer than --max-duration, which all tools but daemons have, is stopped as
    /// by a signal, in good order, and ends with ExitCode::limit.
    ///
    /// With `--format nagios` the status follows the convention of monitoring plugins instead: what
    /// the body set, and 3 with a line "DICOM UNKNOWN - reason" for every error.
    int run(int argc, char** argv, const std::function<ExitCode(Run&)>& body);

private:
    void add_common_options(CLI::App& app, const Command* command);
    std::vector<CLI::App*> apps_of(const std::vector<std::string>& commands);
    Command* take_command(std::vector<std::string>& words);
    void parse(int argc, char** argv);
    void configure_log() const;
    Format format() const;
    ExitCode run_body(const std::function<ExitCode(Run&)>& body);
    ExitCode guarded(const std::function<ExitCode()>& action, std::string& message) const;
    ExitCode ended(ExitCode code, std::string& message) const;
    ExitCode finish(ExitCode code, const std::string& message, Records& records) const;
    int plugin_status(ExitCode code, const std::string& message) const;
    std::string status(const Records& records, const Progress& progress) const;

    ToolInfo info_;
    CLI::App app_;
    std::deque<Command> commands_;
    std::string command_;
    std::vector<Note> variables_;
    WordLists words_;
    bool nodes_offered_ = false;
    std::vector<Column> columns_;
    bool table_offered_ = false;
    bool plugin_offered_ = false;
    std::string failure_;  // what ended the body
    std::optional<PeerPlace> habits_;
    std::string config_file_;
    std::optional<std::chrono::milliseconds> max_duration_;
    std::atomic<bool> time_is_up_{false};
    std::string log_format_ = "text";
    std::string progress_ = "none";
    std::string format_;
    std::optional<int> plugin_state_;
    bool progress_offered_ = false;
    bool quiet_ = false;
    int verbose_ = 0;
};

}  // namespace pacs::cli
