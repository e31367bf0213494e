#pragma once

#include "net/deadline_scope.hpp"
#include "net/retrieve.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace pacs::net {

/// What C-MOVE and C-GET have in common while they last: cancelling, and the limits of time.
class RetrieveOperation {
public:
    /// `service` ("C-MOVE") is for messages. All must outlive it.
    RetrieveOperation(Association& association, const RetrieveOptions& options,
                      std::string_view service)
        : association_(association),
          options_(options),
          service_(service),
          deadline_(association, options.deadline),
          watch_(association, options.idle_timeout)
    {
    }

protected:
    ~RetrieveOperation() = default;

    /// Waits for the next message, and sends C-CANCEL as soon as RetrieveOptions::cancel_fd says
    /// so.
    void await_message(std::uint8_t context_id);
    /// Sends C-CANCEL (PS3.7 9.3.2.3), once; the end is then waited for `cancel_timeout`.
    void cancel(std::uint8_t context_id);
    /// Called in the handler of `error`: throws it again, with the limit of ours that passed named.
    [[noreturn]] void explain(const PeerError& error) const;
    /// Calls back; when that throws, the association is aborted and the exception goes on.
    template <typename Callback>
    auto guarded(const Callback& callback) -> decltype(callback())
    {
        try {
            return callback();
        } catch (...) {
            association_.abort();
            throw;
        }
    }

    Association& association_;
    const RetrieveOptions& options_;
    const std::string_view service_;
    DeadlineScope deadline_;
    ProgressWatch watch_;
    Deadline cancel_until_;
    std::uint16_t message_id_ = 0;
    RetrieveResult result_;
};

}  // namespace pacs::net
