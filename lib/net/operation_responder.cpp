#include "net/operation_responder.hpp"

#include <chrono>
#include <utility>
#include <variant>

namespace pacs::net {

bool Worker::OperationResponder::send(std::string_view identifier, Status status)
{
    auto response = Response::to(request_, status);
    response.has_data = true;
    return send(response, identifier);
}

bool Worker::OperationResponder::send(const Response& pending, std::string_view data)
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

void Worker::OperationResponder::flush()
{
    worker_.association_.flush();
    flushed_ = Deadline::Clock::now();
}

bool Worker::OperationResponder::cancelled()
{
    worker_.check_stop();
    auto& association = worker_.association_;
    while (!cancelled_ && !worker_.stashed_ && association.pending()) {
        auto message = association.receive();
        if (!message) {
            worker_.release_asked_ = true;
            cancelled_ = true;
        } else if (stores_ && is_store_answer(message->command)) {
            stores_->take(*message);
        } else if (stores_) {
            take_beside(*message);
        } else if (is_our_cancel(*message)) {
            cancelled_ = true;
        } else {
            worker_.stashed_ = std::move(message);
        }
    }
    return cancelled_;
}

StoreScu& Worker::OperationResponder::stores()
{
    if (!stores_) {
        constexpr std::uint16_t most_outstanding = 64;
        stores_.emplace(worker_.association_, most_outstanding,
                        [this](const Incoming& message) { take_beside(message); });
    }
    return *stores_;
}

/// What comes between the answers to sub-operations. A request cannot wait for its turn, because
/// its data set would be in the way of those answers.
void Worker::OperationResponder::take_beside(const Incoming& message)
{
    if (is_our_cancel(message)) {
        cancelled_ = true;
        return;
    }
    if (is_response(message.command)) {
        worker_.take_event_answer(message);  // to what we had reported before
    } else {
        worker_.refuse_busy(message);
    }
}

bool Worker::OperationResponder::is_our_cancel(const Incoming& message) const
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

}  // namespace pacs::net
