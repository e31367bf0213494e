#pragma once

#include "base/deadline.hpp"
#include "base/file.hpp"

#include <poll.h>

#include <span>
#include <string_view>
#include <vector>

namespace pacs::net {

/// Turns connections away politely without giving them a thread: says why, stops sending, and
/// drops what still comes for a moment, so that the refusal is not lost to a TCP reset.
class Doorman {
public:
    static constexpr std::size_t most_leaving = 64;

    /// Sends what tells the peer of it and takes the connection over; with too many leaving already
    /// it is closed at once.
    void refuse(Descriptor connection, std::string_view farewell);
    /// Adds what is to be polled for; the same order in tend().
    void add_to(std::vector<pollfd>& fds) const;
    /// `polled` are the entries add_to() made, with their results.
    void tend(std::span<const pollfd> polled);
    /// When tend() must be called again although nothing came.
    Deadline deadline() const noexcept;

private:
    struct Leaving {
        Descriptor connection;
        Deadline until;
    };
    std::vector<Leaving> leaving_;
};

}  // namespace pacs::net
