#include "base/command.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

namespace pacs {

namespace {

[[noreturn]] void fail(const std::string& program, const std::string& reason)
{
    throw Error(ErrorKind::usage, fmt::format("running {}: {}", log::printable(program), reason));
}

/// How a child is to be started: its descriptors, a process group of its own, signals as usual.
class SpawnPlan {
public:
    explicit SpawnPlan(int output)
    {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawnattr_init(&attributes_);
        sigset_t all{};
        sigset_t none{};
        sigfillset(&all);
        sigdelset(&all, SIGKILL);
        sigdelset(&all, SIGSTOP);
        sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnPlan()
    {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    pid_t start(const std::vector<std::string>& words)
    {
        std::vector<char*> arguments;
        for (const std::string& word : words) {
            arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT: it is not written to
        }
        arguments.push_back(nullptr);
        pid_t child = -1;
        const int error = ::posix_spawnp(&child, arguments.front(), &actions_, &attributes_,
                                         arguments.data(), environ);
        if (error != 0) {
            fail(words.front(), std::strerror(error));
        }
        return child;
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// A started program; killed with its group unless it was waited for.
class Child {
public:
    explicit Child(pid_t pid) noexcept : pid_(pid) {}
    ~Child()
    {
        if (pid_ > 0) {
            ::kill(-pid_, SIGKILL);
            (void)reap(0);
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// The status of waitpid(2) when it has ended by then.
    std::optional<int> wait(Deadline deadline)
    {
        // Its output is closed, so it is about to end; there is no descriptor to wait on.
        for (;;) {
            if (const auto status = reap(WNOHANG)) {
                return status;
            }
            if (deadline.expired() ||
                StopFlag::instance().wait(Deadline::after(std::chrono::milliseconds{5}))) {
                return std::nullopt;
            }
        }
    }

private:
    std::optional<int> reap(int flags)
    {
        int status = 0;
        pid_t ended = 0;
        do {
            ended = ::waitpid(pid_, &status, flags);
        } while (ended < 0 && errno == EINTR);
        if (ended == 0) {
            return std::nullopt;
        }
        pid_ = -1;
        return ended < 0 ? -1 : status;
    }

    pid_t pid_;
};

std::array<Descriptor, 2> make_pipe(const std::string& program)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail(program, std::strerror(errno));
    }
    return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

std::string read_all(int fd, const std::string& program, std::size_t limit_bytes, Deadline deadline)
{
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        std::array<pollfd, 2> wanted{{{fd, POLLIN, 0}, {StopFlag::instance().fd(), POLLIN, 0}}};
        const int ready = ::poll(wanted.data(), wanted.size(), deadline.poll_ms());
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0 || wanted[1].revents != 0) {
            fail(program, ready == 0 ? "it took too long" : "stopped");
        }
        const auto count = ::read(fd, buffer.data(), buffer.size());
        if (count == 0) {
            return text;
        }
        if (count > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(count));
        }
        if (text.size() > limit_bytes || (count < 0 && errno != EINTR)) {
            fail(program, count < 0 ? std::strerror(errno)
                                    : fmt::format("it wrote more than {} bytes", limit_bytes));
        }
    }
}

}  // namespace

std::vector<std::string> command_words(std::string_view text)
{
    std::vector<std::string> words;
    bool inside = false;  // a word has begun
    char quote = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quote == 0 && (c == ' ' || c == '\t')) {
            inside = false;
            continue;
        }
        if (!inside) {
            words.emplace_back();
            inside = true;
        }
        if (c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
            words.back() += text[++at];
        } else {
            words.back() += c;
        }
    }
    if (quote != 0 || words.empty() || words.front().empty()) {
        throw Error(ErrorKind::usage, quote != 0 ? "reading a command: a quote is not closed"
                                                 : "reading a command: it is empty");
    }
    return words;
}

std::string output_of(const std::vector<std::string>& words, std::size_t limit_bytes,
                      Deadline deadline)
{
    const std::string& program = words.at(0);
    auto ends = make_pipe(program);
    Child child{SpawnPlan{ends[1].get()}.start(words)};
    (void)ends[1].close();
    std::string text = read_all(ends[0].get(), program, limit_bytes, deadline);
    const auto status = child.wait(deadline);
    if (!status) {
        fail(program, "it took too long");
    }
    if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
        fail(program, WIFEXITED(*status)
                          ? fmt::format("it ended with status {}", WEXITSTATUS(*status))
                          : std::string{"it was killed"});
    }
    return text;
}

}  // namespace pacs
