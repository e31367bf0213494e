#pragma once

#include "base/deadline.hpp"
#include "base/file.hpp"

#include <functional>
#include <optional>
#include <thread>

namespace pacs::cli {

/// Turns signals into what a program does, in a thread of its own, so that the actions may lock
/// and print. SIGINT and SIGTERM raise the stop flag; a second one ends the process at once with
/// 130 or 143, unless it comes within 300 ms: timeout(1) and shells signal a process and then its
/// group, and mean one. SIGUSR1 calls `status`. SIGHUP calls `reload` when there is one, and
/// otherwise ends the process as it always does. SIGPIPE is ignored: writing reports it. The
/// end of the time that a run may take comes by the same way, as a stop without a signal.
class SignalThread {
public:
    struct Actions {
        std::function<void()> status;
        std::function<void()> reload;
        Deadline end;  ///< then the stop flag is raised without a signal; never by default
        std::function<void()> at_end;  ///< called just before that
    };

    /// Keeps these signals from the calling thread and all it will start. Call before any thread
    /// is started; `with_reload` says whether SIGHUP is one of them.
    static void block(bool with_reload);

    /// Starts to take the signals that block() kept back.
    explicit SignalThread(Actions actions);
    ~SignalThread();
    SignalThread(const SignalThread&) = delete;
    SignalThread& operator=(const SignalThread&) = delete;

private:
    void run();
    void handle(int signal_number);
    void end_in_time();

    Actions actions_;
    std::optional<Deadline> echo_over_;  ///< set by the first stop: until then a second is its echo
    bool ended_ = false;                 ///< the time was up
    Descriptor signals_;
    Descriptor end_;
    std::thread thread_;
};

}  // namespace pacs::cli
