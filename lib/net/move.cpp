#include "net/move.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/answer.hpp"
#include "net/deadline_scope.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>

namespace pacs::net {

namespace {

constexpr std::string_view service = "C-MOVE";

/// One C-MOVE on its way.
class Operation {
public:
    Operation(Association& association, const Context& context,
              const std::function<Next(const SubOperations&)>& on_pending,
              const RetrieveOptions& options)
        : association_(association),
          context_(context),
          on_pending_(on_pending),
          options_(options),
          deadline_(association, options.deadline),
          watch_(association, options.idle_timeout)
    {
    }

    RetrieveResult run(const MoveRequest& request, std::string_view identifier)
    {
        message_id_ = request.message_id;
        const Piece data{std::as_bytes(std::span{identifier.data(), identifier.size()})};
        association_.send(context_.id, Request{request}, {&data, 1});
        try {
            while (take_response()) {
            }
        } catch (const PeerError& error) {
            explain(error);
        }
        return std::move(result_);
    }

private:
    /// False: that was the final one.
    bool take_response()
    {
        await_response();
        const auto response = receive_answer(association_, CommandField::c_move_rsp, service);
        if (response.message_id_responded != message_id_) {
            refuse_answer(association_, "the C-MOVE response answers another message");
        }
        if (!response.status.pending()) {
            take_final(association_, response, context_.transfer_syntax,
                       options_.max_identifier_bytes, result_);
            return false;
        }
        take_pending(response);
        return true;
    }

    void await_response()
    {
        if (!result_.cancelled && options_.cancel_fd >= 0 &&
            !association_.await(options_.cancel_fd)) {
            cancel();
        }
    }

    void take_pending(const Response& response)
    {
        if (response.has_data) {  // PS3.7 9.1.4.1.6 forbids it; some peers do it all the same
            (void)association_.receive_data(options_.max_identifier_bytes);
        }
        ++result_.pending;
        result_.counts = sub_operations(response);
        watch_.pending(result_.counts, service);
        if (ask() == Next::cancel && !result_.cancelled) {
            cancel();
        }
    }

    Next ask()
    {
        try {
            return on_pending_(result_.counts);
        } catch (...) {
            association_.abort();
            throw;
        }
    }

    void cancel()
    {
        association_.send(context_.id, Request{CancelRequest{message_id_}});
        result_.cancelled = true;
        cancel_until_ = Deadline::after(options_.cancel_timeout);
        deadline_.tighten(cancel_until_);
    }

    /// A limit of ours that passed is named.
    [[noreturn]] void explain(const PeerError& error)
    {
        const auto name = [&](std::string_view what) {
            throw PeerError(PeerFault::timed_out, error.stage(),
                            fmt::format("waiting for {} to end C-MOVE: timed out, {}",
                                        log::printable(association_.negotiated().called_ae), what));
        };
        if (error.fault() == PeerFault::timed_out && result_.cancelled && cancel_until_.expired()) {
            name("it did not end after C-CANCEL");
        }
        if (error.fault() == PeerFault::timed_out && options_.deadline.expired()) {
            name("the time for it in all is up");
        }
        throw;
    }

    Association& association_;
    const Context& context_;
    const std::function<Next(const SubOperations&)>& on_pending_;
    const RetrieveOptions& options_;
    DeadlineScope deadline_;
    ProgressWatch watch_;
    Deadline cancel_until_;
    std::uint16_t message_id_ = 0;
    RetrieveResult result_;
};

}  // namespace

RetrieveResult move(Association& association, std::uint8_t context_id,
                    const std::string& destination, std::string_view identifier,
                    const std::function<Next(const SubOperations&)>& on_pending,
                    const RetrieveOptions& options)
{
    const auto* context = association.negotiated().find(context_id);
    if (context == nullptr) {
        throw Error(ErrorKind::bug, "moving: the presentation context was not accepted");
    }
    const MoveRequest request{association.next_message_id(), context->abstract_syntax, destination,
                              options.priority};
    return Operation{association, *context, on_pending, options}.run(request, identifier);
}

}  // namespace pacs::net
