#include "net/worker.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

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
        case ErrorKind::limit: return {statuses::out_of_resources, "out of resources"};
        case ErrorKind::data: return {when_data_is_wrong, "the data cannot be understood"};
        default: return {statuses::processing_failure, "processing failure"};
        }
    } catch (const std::exception& error) {
        log::error("{}: {}", doing, error.what());
        return {statuses::processing_failure, "processing failure"};
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

StoreDecision refuse_store(Status status, std::string comment)
{
    return {nullptr, status, std::move(comment)};
}

Status Session::on_echo(const EchoRequest& /*request*/)
{
    return statuses::success;
}

StoreDecision Session::on_store(const StoreRequest& /*request*/, const Context& /*context*/)
{
    return refuse_store(statuses::class_not_supported, {});
}

Response Session::on_find(const FindRequest& request, const Context& /*context*/,
                          const std::string& /*identifier*/, Responder& /*responder*/)
{
    return Response::to(request, statuses::class_not_supported);
}

Response Session::on_other(const Request& request, const Context& /*context*/,
                           const std::string& /*data*/, Responder& /*responder*/)
{
    return Response::to(request, statuses::unrecognised_operation);
}

/// Pending responses of one operation, and its C-CANCEL.
class Worker::OperationResponder : public Responder {
public:
    OperationResponder(Worker& worker, const Request& request, std::uint8_t context_id)
        : worker_(worker), request_(request), context_id_(context_id)
    {
    }

    bool send(std::string_view identifier, Status status) override
    {
        auto response = Response::to(request_, status);
        response.has_data = true;
        return send(response, identifier);
    }

    bool send(const Response& pending, std::string_view data) override
    {
        worker_.check_stop();
        constexpr std::size_t answers_between_looks = 32;
        if (sent_ % answers_between_looks == 0 && cancelled()) {
            return false;
        }
        auto response = pending;
        response.has_data = !data.empty() || pending.has_data;
        worker_.association_.send_later(context_id_, response, data);
        constexpr std::chrono::milliseconds longest_hold{5};
        if (sent_++ == 0 || Deadline::Clock::now() - flushed_ >= longest_hold) {
            flush();
            return !cancelled();
        }
        return true;
    }

    void flush() override
    {
        worker_.association_.flush();
        flushed_ = Deadline::Clock::now();
    }

    bool cancelled() override
    {
        auto& association = worker_.association_;
        while (!cancelled_ && !worker_.stashed_ && association.pending()) {
            auto message = association.receive();
            if (!message) {
                worker_.release_asked_ = true;
                cancelled_ = true;
            } else if (is_our_cancel(*message)) {
                cancelled_ = true;
            } else {
                worker_.stashed_ = std::move(message);
            }
        }
        return cancelled_;
    }

private:
    bool is_our_cancel(const Incoming& message) const
    {
        if (message.has_data || is_response(message.command)) {
            return false;
        }
        try {
            const auto request = parse_request(message.command);
            const auto* cancel = std::get_if<CancelRequest>(&request);
            return cancel != nullptr && cancel->message_id_responded == message_id(request_);
        } catch (const CommandError&) {
            return false;  // whatever it is, its turn comes
        }
    }

    Worker& worker_;
    const Request& request_;
    std::uint8_t context_id_;
    Deadline::Clock::time_point flushed_;
    std::size_t sent_ = 0;
    bool cancelled_ = false;
};

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
    for (;;) {
        check_stop();
        send_replies();
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
                        "serving: the association's time is up");
    }
}

void Worker::violation(std::string_view what)
{
    association_.abort();
    throw PeerError(PeerFault::protocol_violation, PeerStage::answer,
                    fmt::format("serving: protocol violation: {}", log::printable(what)));
}

void Worker::answer(std::uint8_t context_id, const Response& response)
{
    try {
        association_.send(context_id, response);
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

void Worker::handle(const Incoming& message)
{
    if (is_response(message.command)) {
        violation("a response nobody asked for");
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

void Worker::handle_request(const Request& request, const Context& context, bool has_data)
{
    if (std::holds_alternative<CancelRequest>(request)) {
        return;  // its operation is over: PS3.7 9.3.2.3 has no response to it
    }
    const auto name = operation_name(field(request));
    const bool served =
        sop_class(request) == context.abstract_syntax && role_allows(context, request);
    const bool unique = served && replies_->begin(message_id(request), name);
    if (!unique) {
        if (has_data) {
            association_.skip_data();
        }
        const auto status = served ? statuses::duplicate_invocation : statuses::class_not_supported;
        replies_->count(name, status);
        association_.send(context.id, Response::to(request, status));
        return;
    }
    association_.begin_operation();
    if (const auto* store_request = std::get_if<StoreRequest>(&request)) {
        store(*store_request, context);
        return;
    }
    std::optional<Response> response;
    try {
        response = operate(request, context, has_data);
    } catch (...) {
        replies_->settle(Response::to(request, statuses::processing_failure), false);
        association_.end_operation();
        throw;
    }
    answer(context.id, *response);
}

void Worker::store(const StoreRequest& request, const Context& context)
{
    const StoreReply reply{std::make_shared<StoreReply::Operation>(replies_, context.id, request)};
    StoreDecision decision;
    try {
        decision = session_.on_store(request, context);
    } catch (...) {
        auto failure = failure_of_exception(statuses::cannot_understand, "storing an object");
        decision = refuse_store(failure.status, std::move(failure.comment));
    }
    if (decision.sink) {
        store_to(*decision.sink, reply);
        return;
    }
    association_.skip_data();
    const bool honest = decision.refusal.failure();  // dropped bytes are never a success
    reply(honest ? decision.refusal : statuses::processing_failure, decision.comment);
}

void Worker::store_to(StoreSink& sink, const StoreReply& reply)
{
    std::optional<Failure> failure;
    const auto attempt = [&](const auto& step) {
        try {
            step();
        } catch (...) {
            failure = failure_of_exception(statuses::cannot_understand, "storing an object");
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

Response Worker::operate(const Request& request, const Context& context, bool has_data)
{
    const auto data =
        has_data ? association_.receive_data(limits_.max_identifier_bytes) : std::string{};
    if (!data) {
        return Response::to(request,
                            needs_identifier(request) ? statuses::identifier_mismatch
                                                      : statuses::resource_limitation,
                            "the data set is too long");
    }
    auto response = call(request, context, *data);
    const auto frame = Response::to(request, response.status);
    response.field = frame.field;
    response.message_id_responded = frame.message_id_responded;
    response.has_data = false;
    if (response.status.pending()) {
        response.status = statuses::processing_failure;  // a final response never is
    }
    return response;
}

Response Worker::call(const Request& request, const Context& context, const std::string& data)
{
    OperationResponder responder{*this, request, context.id};
    try {
        if (const auto* echo = std::get_if<EchoRequest>(&request)) {
            return Response::to(request, session_.on_echo(*echo));
        }
        if (const auto* find = std::get_if<FindRequest>(&request)) {
            return session_.on_find(*find, context, data, responder);
        }
        return session_.on_other(request, context, data, responder);
    } catch (...) {
        auto failure =
            failure_of_exception(statuses::identifier_mismatch,
                                 fmt::format("answering {}", operation_name(field(request))));
        return Response::to(request, failure.status, std::move(failure.comment));
    }
}

}  // namespace pacs::net
