#include "net/move.hpp"

#include "base/error.hpp"
#include "net/answer.hpp"
#include "net/retrieve_operation.hpp"

#include <span>
#include <utility>

namespace pacs::net {

namespace {

constexpr std::string_view service = "C-MOVE";

/// One C-MOVE on its way.
class Operation : private RetrieveOperation {
public:
    Operation(Association& association, const Context& context,
              const std::function<Next(const SubOperations&)>& on_pending,
              const RetrieveOptions& options)
        : RetrieveOperation(association, options, service),
          context_(context),
          on_pending_(on_pending)
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
        await_message(context_.id);
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

    void take_pending(const Response& response)
    {
        if (response.has_data) {  // PS3.7 9.1.4.1.6 forbids it; some peers do it all the same
            (void)association_.receive_data(options_.max_identifier_bytes);
        }
        ++result_.pending;
        result_.counts = sub_operations(response);
        watch_.pending(result_.counts, service);
        if (guarded([&] { return on_pending_(result_.counts); }) == Next::cancel) {
            cancel(context_.id);
        }
    }

    const Context& context_;
    const std::function<Next(const SubOperations&)>& on_pending_;
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
