#include "net/worker.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/operation_responder.hpp"
#include "net/server_statuses.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace pacs::net {

namespace {

/// "C-STORE" of C-STORE-RQ.
std::string operation_name(CommandField field)
{
    const auto name = to_string(field);
    return std::string{name.substr(0, name.rfind('-'))};
}

struct Failure {
    Status status;
    std::string comment;
};

/// What the peer is told of the exception in flight. Its text may name local paths, so it goes to
/// the log only. PeerError is about the association and goes on.
Failure failure_of_exception(Status when_data_is_wrong, std::string_view doing)
{
    try {
        throw;
    } catch (const PeerError&) {
        throw;
    } catch (const Error& error) {
        log::error("{}: {}", doing, error.what());
        switch (error.kind()) {
        case ErrorKind::storage:
        case ErrorKind::limit: return {server_statuses::no_resources.status, "out of resources"};
        case ErrorKind::data: return {when_data_is_wrong, "the data cannot be understood"};
        default: return {server_statuses::defect.status, "processing failure"};
        }
    } catch (const std::exception& error) {
        log::error("{}: {}", doing, error.what());
        return {server_statuses::defect.status, "processing failure"};
    }
}

/// The roles in which the requestor may send this request, PS3.7 D.3.3.4.
bool role_allows(const Context& context, const Request& request)
{
    // N-EVENT-REPORT goes from SCP to SCU; everything else from SCU to SCP
    return std::holds_alternative<EventReportRequest>(request) ? context.requestor_scp
                                                               : context.requestor_scu;
}

bool needs_identifier(const Request& request) noexcept
{
    return std::holds_alternative<FindRequest>(request) ||
           std::holds_alternative<GetRequest>(request) ||
           std::holds_alternative<MoveRequest>(request);
}

}  // namespace

bool Session::may(const Request& /*request*/) const
{
    return true;
}

StoreDecision refuse_store(Status status, std::string comment)
{
    return {nullptr, status, std::move(comment)};
}

void Session::on_open(const std::shared_ptr<EventOutbox>& /*events*/) {}

Status Session::on_echo(const EchoRequest& /*request*/)
{
    return server_statuses::echoed.status;
}

StoreDecision Session::on_store(const StoreRequest& /*request*/, const Context& /*context*/)
{
    return refuse_store(server_statuses::not_served.status, {});
}

Response Session::on_find(const FindRequest& request, const Context& /*context*/,
                          const std::string& /*identifier*/, Responder& /*responder*/)
{
    return Response::to(request, server_statuses::not_served.status);
}

Response Session::on_other(const Request& request, const Context& /*context*/,
                           const std::string& /*data*/, Responder& /*responder*/)
{
    return Response::to(request, server_statuses::unknown_command.status);
}

Worker::Worker(Association& association, Session& session, std::shared_ptr<ReplyQueue> replies,
               const ServerLimits& limits, const StopState& stop)
    : association_(association),
      session_(session),
      replies_(std::move(replies)),
      limits_(limits),
      stop_(stop)
{
}

bool Worker::run()
{
    const auto granted = association_.negotiated().window.invoked;
    const std::size_t window = granted == 0 ? 1 : granted;
    session_.on_open(std::make_shared<EventOutbox>(replies_));
    for (;;) {
        check_stop();
        send_replies();
        send_events();
        const auto outstanding = replies_->outstanding();
        if (outstanding == 0 && release_asked_) {
            association_.release();
            return true;
        }
        if (outstanding == 0 && stop_.draining && !stashed_) {
            return false;
        }
        if (outstanding >= window || release_asked_ || (stop_.draining && !stashed_)) {
            replies_->wait(association_.deadline());
        } else if (stashed_) {
            handle(*std::exchange(stashed_, std::nullopt));
        } else if (association_.await(replies_->fd())) {
            if (const auto message = association_.receive()) {
                handle(*message);
            } else {
                release_asked_ = true;
            }
        }
    }
}

void Worker::check_stop()
{
    if (stop_.stopping) {
        association_.abort();
        throw PeerError(PeerFault::stopped, PeerStage::answer, "serving: the server stops");
    }
    if (association_.deadline().expired()) {
        association_.abort();
        throw PeerError(PeerFault::timed_out, PeerStage::answer,
                        "serving: timed out, the time for all of it is over");
    }
}

void Worker::violation(std::string_view what)
{
    association_.abort();
    throw PeerError(PeerFault::protocol_violation, PeerStage::answer,
                    fmt::format("serving: protocol violation: {}", log::printable(what)));
}

void Worker::answer(std::uint8_t context_id, const Answer& answer)
{
    const Response& response = answer.response;
    const Piece identifier{std::as_bytes(std::span{answer.identifier})};
    try {
        association_.send(context_id, response,
                          {&identifier, response.has_data ? std::size_t{1} : 0});
    } catch (...) {
        replies_->settle(response, false);
        association_.end_operation();
        throw;
    }
    replies_->settle(response, true);
    association_.end_operation();
}

void Worker::send_replies()
{
    const auto ready = replies_->take();
    if (ready.empty()) {
        return;
    }
    bool sent = false;
    const auto settle = [&] {
        for (const auto& reply : ready) {
            replies_->settle(reply.response, sent);
            association_.end_operation();
        }
    };
    try {
        for (const auto& reply : ready) {
            association_.send_later(reply.context_id, reply.response, {});
        }
        association_.flush();
        sent = true;
    } catch (...) {
        settle();
        throw;
    }
    settle();
}

void Worker::send_events()
{
    if (release_asked_ || stop_.draining) {
        return;  // there is no time for an answer; end_events() tells
    }
    while (auto event = replies_->take_event()) {
        event->request.message_id = association_.next_message_id();
        replies_->await_event(event->request.message_id, std::move(event->done));
        const Piece data{std::as_bytes(std::span{event->data})};
        association_.send(event->context_id, Request{event->request}, {&data, 1});
    }
}

void Worker::take_event_answer(const Incoming& message)
{
    if (message.has_data) {
        association_.skip_data();
    }
    try {
        const Response response = parse_response(message.command);
        const auto done = replies_->answered_event(response.message_id_responded);
        if (response.field != CommandField::n_event_report_rsp || !done) {
            violation("a response nobody asked for");
        }
        done(response.status);
    } catch (const CommandError& error) {
        violation(error.what());
    }
}

void Worker::handle(const Incoming& message)
{
    if (is_response(message.command)) {
        take_event_answer(message);
        return;
    }
    const auto& context = *association_.negotiated().find(message.context_id);
    try {
        handle_request(parse_request(message.command), context, message.has_data);
    } catch (const CommandError& error) {
        if (!error.response()) {
            violation(error.what());
        }
        if (message.has_data) {
            association_.skip_data();
        }
        replies_->count(operation_name(static_cast<CommandField>(
                            static_cast<unsigned>(error.response()->field) & 0x7FFFU)),
                        error.response()->status);
        association_.send(message.context_id, *error.response());
    }
}

void Worker::refuse_busy(const Incoming& message)
{
    if (message.has_data) {
        association_.skip_data();
    }
    try {
        const Request request = parse_request(message.command);
        if (std::holds_alternative<CancelRequest>(request)) {
            return;  // of another operation, which is over
        }
        const Status status = server_statuses::busy.status;
        replies_->count(operation_name(field(request)), status);
        association_.send(message.context_id, Response::to(request, status, "busy with C-GET"));
    } catch (const CommandError& error) {
        violation(error.what());
    }
}

void Worker::handle_request(const Request& request, const Context& context, bool has_data)
{
    if (std::holds_alternative<CancelRequest>(request)) {
        return;  // its operation is over: PS3.7 9.3.2.3 has no response to it
    }
    const auto name = operation_name(field(request));
    const bool served =
        sop_class(request) == context.abstract_syntax && role_allows(context, request);
    const bool allowed = served && session_.may(request);
    const bool unique = allowed && replies_->begin(message_id(request), name);
    if (!unique) {
        if (has_data) {
            association_.skip_data();
        }
        const auto status = (allowed  ? server_statuses::repeated_id
                             : served ? server_statuses::not_authorised
                                      : server_statuses::not_served)
                                .status;
        replies_->count(name, status);
        association_.send(context.id, Response::to(request, status));
        return;
    }
    association_.begin_operation();
    if (const auto* store_request = std::get_if<StoreRequest>(&request)) {
        store(*store_request, context);
        return;
    }
    std::optional<Answer> final_answer;
    try {
        final_answer = operate(request, context, has_data);
    } catch (...) {
        replies_->settle(Response::to(request, server_statuses::defect.status), false);
        association_.end_operation();
        throw;
    }
    answer(context.id, *final_answer);
}

void Worker::store(const StoreRequest& request, const Context& context)
{
    const StoreReply reply{std::make_shared<StoreReply::Operation>(replies_, context.id, request)};
    StoreDecision decision;
    try {
        decision = session_.on_store(request, context);
    } catch (...) {
        auto failure =
            failure_of_exception(server_statuses::bad_object.status, "storing an object");
        decision = refuse_store(failure.status, std::move(failure.comment));
    }
    if (decision.sink) {
        store_to(*decision.sink, reply);
        return;
    }
    association_.skip_data();
    const bool honest = decision.refusal.failure();  // dropped bytes are never a success
    reply(honest ? decision.refusal : server_statuses::defect.status, decision.comment);
}

void Worker::store_to(StoreSink& sink, const StoreReply& reply)
{
    std::optional<Failure> failure;
    const auto attempt = [&](const auto& step) {
        try {
            step();
        } catch (...) {
            failure = failure_of_exception(server_statuses::bad_object.status, "storing an object");
        }
    };
    association_.receive_data([&](std::span<const std::byte> bytes) {
        if (replies_->ready()) {
            send_replies();  // do not let a long object hold up the answers to earlier ones
        }
        if (!failure) {
            attempt([&] { sink.write(bytes); });
        }
    });
    if (!failure) {
        attempt([&] { sink.finish(reply); });
    }
    if (failure) {
        reply(failure->status, failure->comment);
    }
}

Worker::Answer Worker::operate(const Request& request, const Context& context, bool has_data)
{
    const auto data = has_data
                          ? association_.receive_data(std::holds_alternative<ActionRequest>(request)
                                                          ? limits_.max_action_bytes
                                                          : limits_.max_identifier_bytes)
                          : std::string{};
    if (!data) {
        return {Response::to(request,
                             (needs_identifier(request) ? server_statuses::long_identifier
                                                        : server_statuses::long_data_set)
                                 .status,
                             "the data set is too long"),
                {}};
    }
    auto final_answer = call(request, context, *data);
    auto& response = final_answer.response;
    const auto frame = Response::to(request, response.status);
    response.field = frame.field;
    response.message_id_responded = frame.message_id_responded;
    response.has_data = !final_answer.identifier.empty();
    if (response.status.pending()) {
        response.status = server_statuses::defect.status;  // a final response never is
    }
    return final_answer;
}

Worker::Answer Worker::call(const Request& request, const Context& context, const std::string& data)
{
    OperationResponder responder{*this, request, context.id};
    try {
        if (const auto* echo = std::get_if<EchoRequest>(&request)) {
            return {Response::to(request, session_.on_echo(*echo)), {}};
        }
        if (const auto* find = std::get_if<FindRequest>(&request)) {
            return {session_.on_find(*find, context, data, responder), {}};
        }
        auto response = session_.on_other(request, context, data, responder);
        return {std::move(response), responder.identifier()};
    } catch (...) {
        auto failure =
            failure_of_exception(server_statuses::bad_identifier.status,
                                 fmt::format("answering {}", operation_name(field(request))));
        return {Response::to(request, failure.status, std::move(failure.comment)), {}};
    }
}

}  // namespace pacs::net
