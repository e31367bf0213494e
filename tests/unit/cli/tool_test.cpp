#include "cli/tool.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"

#include "catch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <regex>

using pacs::Error;
using pacs::ErrorKind;
using pacs::JsonLine;
using pacs::Outcome;
using pacs::StopFlag;
using pacs::cli::ExitCode;
using pacs::cli::Run;
using pacs::cli::Tool;

namespace {

struct Result {
    int status = 0;
    std::string out;
    std::string error;
};

std::string content(std::FILE* file)
{
    std::rewind(file);
    std::string text(1U << 16U, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return std::regex_replace(text, std::regex{"\"seconds\":[0-9.e-]+"}, "\"seconds\":0");
}

using Body = std::function<ExitCode(Run&)>;

/// Runs a tool in a child process, as main() would, with its own standard streams.
Result run(std::vector<std::string> words, const Body& body, bool daemon = false)
{
    std::FILE* const out = std::tmpfile();
    std::FILE* const error = std::tmpfile();
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(::fileno(out), STDOUT_FILENO);
        ::dup2(::fileno(error), STDERR_FILENO);
        ::setenv("PACS_CONFIG", "/dev/null", 1);  // overruled by --config
        ::unsetenv("PACS_CONFIG");
        ::setenv("HOME", "/nonexistent", 1);
        Tool tool{{"pacs-x", "does x", "Does x.\n", {}, {}, {}, daemon}};
        int count = 1;
        std::vector<std::string> list;
        tool.options().add_option("-n,--count", count, "How often");
        tool.options().add_option("--list", list, "Many");
        std::vector<std::string> rest;
        tool.options().add_option("words", rest, "Words")->type_name("WORD");
        words.insert(words.begin(), "pacs-x");
        std::vector<char*> argv;
        argv.reserve(words.size());
        for (std::string& word : words) {
            argv.push_back(word.data());
        }
        ::_exit(tool.run(static_cast<int>(argv.size()), argv.data(), [&](Run& context) {
            context.records().on_summary([&](JsonLine& summary) {
                summary.add("count", count).add("list", list).add("words", rest);
            });
            return body(context);
        }));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), content(out),
            content(error)};
}

Body throwing(ErrorKind kind)
{
    return [kind](Run& context) -> ExitCode {
        context.records().write(JsonLine{"x", Outcome::ok});
        throw Error(kind, "doing x to y: why\x1b", "try z");
    };
}

}  // namespace

TEST_CASE("each kind of error has its exit status, a line, a hint, and still a summary")
{
    const std::vector<std::pair<ErrorKind, int>> expected{
        {ErrorKind::usage, 2},   {ErrorKind::peer, 3},  {ErrorKind::data, 4},
        {ErrorKind::storage, 5}, {ErrorKind::limit, 6}, {ErrorKind::locked, 7},
        {ErrorKind::refused, 8}, {ErrorKind::bug, 70}};
    for (const auto& [kind, status] : expected) {
        const Result result = run({}, throwing(kind));
        CHECK(result.status == status);
        CHECK(result.error == "pacs-x: doing x to y: why\\x1b\nhint: try z\n");
        CHECK_THAT(result.out, Catch::Contains("{\"type\":\"summary\",\"outcome\":\"failed\""));
        CHECK_THAT(result.out, Catch::Contains("\"exit_status\":" + std::to_string(status)));
    }
}

TEST_CASE("what nobody expected is a defect of ours, with a summary")
{
    const Result result =
        run({}, [](Run&) -> ExitCode { throw std::logic_error("vector is empty"); });
    CHECK(result.status == 70);
    CHECK(result.error ==
          "pacs-x: running: defect of ours: vector is empty\nhint: please report it\n");
    CHECK_THAT(result.out, Catch::Contains("\"exit_status\":70"));
}

TEST_CASE("a usage error before the first record prints no record")
{
    const Result body =
        run({}, [](Run&) -> ExitCode { throw Error(ErrorKind::usage, "reading x: no"); });
    CHECK(body.status == 2);
    CHECK(body.out.empty());
    const Result option = run({"--no-such"}, [](Run&) { return ExitCode::ok; });
    CHECK(option.status == 2);
    CHECK(option.out.empty());
    CHECK(option.error ==
          "pacs-x: reading the command line: the following argument was not expected: --no-such\n"
          "hint: pacs-x --help lists the options\n");
    const Result config =
        run({"--config", "/nonexistent/pacs.toml"}, [](Run&) { return ExitCode::ok; });
    CHECK(config.status == 2);
    CHECK_THAT(config.error, Catch::Contains("/nonexistent/pacs.toml: No such file"));
}

TEST_CASE("options may be repeated: the last counts, lists take one value each")
{
    const Result result = run({"-n", "1", "a", "--list", "x", "-n", "7", "b", "--list", "y", "c"},
                              [](Run&) { return ExitCode::ok; });
    CHECK(result.error.empty());
    CHECK_THAT(result.out, Catch::Contains(R"("count":7,"list":["x","y"],"words":["a","b","c"])"));
}

TEST_CASE("errors are JSON when the log is")
{
    const Result result = run({"--log-format", "json"}, throwing(ErrorKind::peer));
    CHECK_THAT(result.error,
               Catch::Contains(R"({"type":"log","level":"error","message":"doing x)"));
    CHECK_THAT(result.error, Catch::Contains("\"message\":\"hint: try z\"}\n"));
}

TEST_CASE("a signal ends the run with its own status, after the body has finished in order")
{
    for (const auto& [signal, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
        const int number = signal;
        const Result result = run({}, [number](Run& context) {
            ::kill(::getpid(), number);
            while (!StopFlag::instance().raised()) {
                ::usleep(100);
            }
            context.records().write(JsonLine{"last"});
            return ExitCode::ok;
        });
        CHECK(result.status == status);
        CHECK_THAT(result.out, Catch::Contains("{\"type\":\"last\"}\n{\"type\":\"summary\""));
    }
}

TEST_CASE("a second signal ends the run at once, but not one that is an echo of the first")
{
    const auto begun = std::chrono::steady_clock::now();
    const Result result = run({}, [](Run&) -> ExitCode {
        ::kill(::getpid(), SIGTERM);
        while (!StopFlag::instance().raised()) {
            ::usleep(100);
        }
        for (;;) {
            ::kill(::getpid(), SIGINT);
            ::usleep(1000);
        }
    });
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds{300});
    CHECK(result.status == 130);
    CHECK(result.out.empty());
}

TEST_CASE("a daemon that was told to stop has done what was asked, and reloads on SIGHUP")
{
    const Result result = run(
        {},
        [](Run& context) {
            context.on_reload([&] { context.records().write(JsonLine{"reloaded"}); });
            ::kill(::getpid(), SIGHUP);
            while (context.records().counts().records == 0) {
                ::usleep(100);
            }
            ::kill(::getpid(), SIGTERM);
            while (!StopFlag::instance().raised()) {
                ::usleep(100);
            }
            context.on_reload(nullptr);
            return ExitCode::ok;
        },
        true);
    CHECK(result.status == 0);
    CHECK_THAT(result.out, Catch::Contains("{\"type\":\"reloaded\"}\n"));
}

TEST_CASE("SIGUSR1 prints one status line")
{
    const Result result = run({}, [](Run& context) {
        context.records().write(JsonLine{"x", Outcome::ok});
        ::kill(::getpid(), SIGUSR1);
        ::kill(::getpid(), SIGTERM);  // taken after SIGUSR1: lower numbers first
        while (!StopFlag::instance().raised()) {
            ::usleep(100);
        }
        return ExitCode::ok;
    });
    CHECK(result.error == "pacs-x: 1 records, 1 ok, 0 warning, 0 failed, 0 skipped\n");
}

TEST_CASE("a closed standard output is an error, and no file opened later takes its place")
{
    const Result result = run({}, [](Run& context) {
        context.records().write(JsonLine{"x"});
        return ExitCode::ok;
    });
    CHECK(result.status == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        ::close(STDOUT_FILENO);
        Tool tool{{"pacs-x", "does x", "Does x.\n", {}, {}, {}, false}};
        char name[] = "pacs-x";
        char* argv[] = {name, nullptr};
        ::_exit(tool.run(1, argv, [](Run&) { return ExitCode::ok; }));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 5);
}

TEST_CASE("a run that takes too long is stopped in good order, and says so")
{
    const auto result = run({"--max-duration", "10ms"}, [](Run& context) {
        StopFlag::instance().wait(pacs::Deadline::after(std::chrono::seconds{30}));
        context.records().write(JsonLine{"x"}.add("outcome", "ok"));
        return ExitCode::ok;
    });
    CHECK(result.status == 6);
    CHECK(result.error ==
          "pacs-x: stopping: the total limit of 10ms is over (--max-duration)\n"
          "hint: run again to go on, or give it more time\n");
    CHECK(result.out.find(R"("exit_status":6)") != std::string::npos);
    CHECK(result.out.find("total limit of 10ms") != std::string::npos);
}

TEST_CASE("a run within its time is not touched by the limit, and a daemon has none")
{
    const auto body = [](Run&) { return ExitCode::ok; };
    CHECK(run({"--max-duration", "1h"}, body).status == 0);
    CHECK(run({"--max-duration", "0"}, body).status == 2);
    CHECK(run({"--max-duration", "1h"}, body, true).status == 2);
}

TEST_CASE("a signal before the limit counts, whatever the limit does afterwards")
{
    const auto result = run({"--max-duration", "50ms"}, [](Run&) {
        ::kill(::getpid(), SIGTERM);
        StopFlag::instance().wait(pacs::Deadline::after(std::chrono::seconds{30}));
        ::poll(nullptr, 0, 100);
        return ExitCode::ok;
    });
    CHECK(result.status == 143);
}
