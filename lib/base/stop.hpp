#pragma once

#include "base/deadline.hpp"

namespace pacs {

/// The wish to stop, raised once by a signal (cli/signals) or a test and seen by every loop and
/// wait. Thread-safe and async-signal-safe; there is one for each process and it is never lowered,
/// but for reset() in tests.
class StopFlag {
public:
    static StopFlag& instance();

    /// Raises the flag; `signal_number` decides the exit status (130, 143). 0: no signal.
    void raise(int signal_number) noexcept;
    bool raised() const noexcept;
    int signal_number() const noexcept;

    /// A descriptor that becomes readable when the flag is raised and stays so: every poll(2) on a
    /// peer includes it. Owned by the flag.
    int fd() const noexcept;
    /// Sleeps until `deadline` or until the flag is raised; true when it is.
    bool wait(const Deadline& deadline) const noexcept;

    void reset() noexcept;

private:
    StopFlag();
};

}  // namespace pacs
