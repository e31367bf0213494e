#include "net/get.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "dicom/uid.hpp"
#include "net/answer.hpp"
#include "net/retrieve_operation.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>
#include <variant>

namespace pacs::net {

namespace {

constexpr std::string_view service = "C-GET";
constexpr std::size_t longest_comment = 64;  // LO, PS3.7 C

/// One C-GET on its way.
class Operation : private RetrieveOperation {
public:
    Operation(Association& association, const Context& context, const OnGetStore& on_store,
              const std::function<Next(const SubOperations&)>& on_pending,
              const RetrieveOptions& options)
        : RetrieveOperation(association, options, service),
          context_(context),
          on_store_(on_store),
          on_pending_(on_pending)
    {
    }

    RetrieveResult run(const GetRequest& request, std::string_view identifier)
    {
        message_id_ = request.message_id;
        const Piece data{std::as_bytes(std::span{identifier.data(), identifier.size()})};
        association_.send(context_.id, Request{request}, {&data, 1});
        try {
            while (take_message()) {
            }
        } catch (const PeerError& error) {
            explain(error);
        }
        return std::move(result_);
    }

private:
    /// False: that was the final response.
    bool take_message()
    {
        await_message(context_.id);
        const auto message = association_.receive();
        if (!message) {
            const auto peer = log::printable(association_.negotiated().called_ae);
            association_.release();
            throw PeerError(
                PeerFault::released, PeerStage::answer,
                fmt::format("waiting for {} to end C-GET: it released the association", peer));
        }
        if (is_response(message->command)) {
            return take_response(*message);
        }
        take_request(*message);
        return true;
    }

    bool take_response(const Incoming& message)
    {
        const auto response = read_response(message);
        if (response.field != CommandField::c_get_rsp) {
            refuse_answer(association_,
                          fmt::format("{} while C-GET was under way", to_string(response.field)));
        }
        if (response.message_id_responded != message_id_) {
            refuse_answer(association_, "the C-GET response answers another message");
        }
        if (!response.status.pending()) {
            take_final(association_, response, context_.transfer_syntax,
                       options_.max_identifier_bytes, result_);
            return false;
        }
        take_pending(response);
        return true;
    }

    Response read_response(const Incoming& message)
    {
        try {
            return parse_response(message.command);
        } catch (const CommandError& error) {
            refuse_answer(association_, error.what());
        }
    }

    void take_pending(const Response& response)
    {
        if (response.has_data) {  // PS3.7 9.1.3.1.6 forbids it; some peers do it all the same
            (void)association_.receive_data(options_.max_identifier_bytes);
        }
        ++result_.pending;
        result_.counts = sub_operations(response);
        SubOperations told = result_.counts;
        told.completed = told.completed.value_or(0);  // none told: only objects are progress
        watch_.pending(told, service);
        if (guarded([&] { return on_pending_(result_.counts); }) == Next::cancel) {
            cancel(context_.id);
        }
    }

    void take_request(const Incoming& message)
    {
        const Context& context = *association_.negotiated().find(message.context_id);
        try {
            const Request request = parse_request(message.command);
            if (std::holds_alternative<CancelRequest>(request)) {
                return;  // has no response, and nothing of the peer's is under way
            }
            const auto* store = std::get_if<StoreRequest>(&request);
            if (store == nullptr) {
                refuse_request(message, request, statuses::unrecognised_operation);
            } else if (context.id == context_.id || store->sop_class != context.abstract_syntax) {
                refuse_request(message, request, statuses::class_not_supported);
            } else {
                take_object(message, *store, context);
            }
        } catch (const CommandError& error) {
            if (!error.response()) {
                refuse_answer(association_, error.what());
            }
            skip(message);
            association_.send(message.context_id, *error.response());
        }
    }

    void skip(const Incoming& message)
    {
        if (message.has_data) {
            (void)association_.receive_data(std::size_t{0});  // and not for ever
        }
    }

    void refuse_request(const Incoming& message, const Request& request, Status status)
    {
        skip(message);
        association_.send(message.context_id, Response::to(request, status));
    }

    void take_object(const Incoming& message, const StoreRequest& request, const Context& context)
    {
        const auto sink = guarded([&] { return on_store_(request, context); });
        if (sink == nullptr || !message.has_data) {
            refuse_request(message, Request{request}, statuses::processing_failure);
            return;
        }
        association_.receive_data([&](std::span<const std::byte> bytes) { sink->write(bytes); });
        const GetAnswer answer = guarded([&] { return sink->finish(); });
        const Status status =
            answer.status.pending() ? statuses::processing_failure : answer.status;
        association_.touch();
        association_.send(
            message.context_id,
            Response::to(Request{request}, status, answer.comment.substr(0, longest_comment)));
    }

    const Context& context_;
    const OnGetStore& on_store_;
    const std::function<Next(const SubOperations&)>& on_pending_;
};

}  // namespace

std::vector<Proposal> get_proposals(std::string_view get_class, std::vector<Proposal> storage)
{
    std::vector<Proposal> all{
        {std::string{get_class},
         {std::string{dicom::uids::explicit_le}, std::string{dicom::uids::implicit_le}},
         std::nullopt}};
    for (Proposal& proposal : storage) {
        proposal.role = RoleSelection{proposal.abstract_syntax, false, true};
        all.push_back(std::move(proposal));
    }
    return all;
}

RetrieveResult get(Association& association, std::uint8_t context_id, std::string_view identifier,
                   const OnGetStore& on_store,
                   const std::function<Next(const SubOperations&)>& on_pending,
                   const RetrieveOptions& options)
{
    const auto* context = association.negotiated().find(context_id);
    if (context == nullptr) {
        throw Error(ErrorKind::bug, "fetching: the presentation context was not accepted");
    }
    const GetRequest request{association.next_message_id(), context->abstract_syntax,
                             options.priority};
    return Operation{association, *context, on_store, on_pending, options}.run(request, identifier);
}

}  // namespace pacs::net
