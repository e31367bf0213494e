#include "net/find.hpp"

#include "base/error.hpp"
#include "net/answer.hpp"
#include "net/deadline_scope.hpp"

#include <fmt/format.h>

namespace pacs::net {

namespace {

/// One C-FIND on its way.
class Query {
public:
    Query(Association& association, std::uint8_t context_id,
          const std::function<Next(FindAnswer&&)>& on_answer, const FindOptions& options)
        : association_(association),
          context_id_(context_id),
          on_answer_(on_answer),
          options_(options),
          deadline_(association, options.deadline)
    {
    }

    FindResult run(const FindRequest& request, std::string_view identifier)
    {
        message_id_ = request.message_id;
        const Piece data{std::as_bytes(std::span{identifier.data(), identifier.size()})};
        association_.send(context_id_, Request{request}, {&data, 1});
        for (;;) {
            auto response = receive_answer(association_, CommandField::c_find_rsp, "C-FIND");
            if (response.message_id_responded != message_id_) {
                refuse_answer(association_, "the C-FIND response answers another message");
            }
            if (!response.status.pending()) {
                return finish(std::move(response));
            }
            take_match(response);
        }
    }

private:
    FindResult finish(Response response)
    {
        if (response.has_data) {
            association_.skip_data();
        }
        result_.status = response.status;
        result_.comment = std::move(response.error_comment);
        result_.offending_elements = std::move(response.offending_elements);
        return std::move(result_);
    }

    void take_match(const Response& response)
    {
        if (!response.has_data) {
            refuse_answer(association_, "a pending C-FIND response without an identifier");
        }
        if (result_.cancelled) {
            association_.skip_data();
            ++result_.dropped;
            return;
        }
        auto identifier = association_.receive_data(options_.max_identifier_bytes);
        if (!identifier) {
            refuse_answer(association_, fmt::format("an identifier of more than {} bytes",
                                                    options_.max_identifier_bytes));
        }
        result_.keys_unsupported =
            result_.keys_unsupported || response.status == statuses::pending_keys_unsupported;
        ++result_.answers;
        if (ask({std::move(*identifier), response.status}) == Next::cancel) {
            association_.send(context_id_, Request{CancelRequest{message_id_}});
            result_.cancelled = true;
            deadline_.tighten(Deadline::after(options_.cancel_timeout));
        }
    }

    Next ask(FindAnswer&& answer)
    {
        try {
            return on_answer_(std::move(answer));
        } catch (...) {
            association_.abort();
            throw;
        }
    }

    Association& association_;
    std::uint8_t context_id_;
    const std::function<Next(FindAnswer&&)>& on_answer_;
    const FindOptions& options_;
    DeadlineScope deadline_;
    std::uint16_t message_id_ = 0;
    FindResult result_;
};

}  // namespace

FindResult find(Association& association, std::uint8_t context_id, std::string_view identifier,
                const std::function<Next(FindAnswer&&)>& on_answer, const FindOptions& options)
{
    const auto* context = association.negotiated().find(context_id);
    if (context == nullptr) {
        throw Error(ErrorKind::bug, "querying: the presentation context was not accepted");
    }
    const FindRequest request{association.next_message_id(), context->abstract_syntax,
                              options.priority};
    return Query{association, context_id, on_answer, options}.run(request, identifier);
}

}  // namespace pacs::net
