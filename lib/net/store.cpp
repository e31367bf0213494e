#include "net/store.hpp"

#include "base/log.hpp"
#include "net/answer.hpp"
#include "net/command_tags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::net {

StoreScu::StoreScu(Association& association, std::uint16_t window_cap, Other other)
    : association_(association),
      window_(std::max<std::uint16_t>(1, association.invoke_window(window_cap))),
      other_(std::move(other))
{
}

void StoreScu::submit(StoreRequest request, std::uint8_t context_id, std::span<const Piece> data,
                      Done done)
{
    make_room();
    do {
        request.message_id = association_.next_message_id();
    } while (waiting_.contains(request.message_id));
    association_.send(context_id, Request{request}, data);
    answer_by_ = Deadline::after(association_.idle_timeout());
    waiting_.emplace(request.message_id, Waiting{std::move(request.sop_class),
                                                 std::move(request.sop_instance), std::move(done)});
}

void StoreScu::make_room()
{
    while (waiting_.size() >= window_) {
        take_answer();
    }
}

void StoreScu::poll()
{
    while (!waiting_.empty() && association_.pending()) {
        take_answer();
    }
}

void StoreScu::finish()
{
    while (!waiting_.empty()) {
        take_answer();
    }
}

bool is_store_answer(const dicom::DataSet& command) noexcept
{
    return command.u16(command_tags::command_field) ==
           static_cast<std::uint16_t>(CommandField::c_store_rsp);
}

/// Whoever serves an operation of the peer's waits for the next message without an idle time,
/// because it owes an answer itself. Here the peer owes one, too, and may not keep it back for
/// ever, whatever else it sends meanwhile.
void StoreScu::await_answer()
{
    if (!other_ || (!answer_by_.expired() && association_.pending(answer_by_))) {
        return;
    }
    const std::string peer = log::printable(peer_title(association_));
    association_.abort();
    throw PeerError(PeerFault::timed_out, PeerStage::answer,
                    fmt::format("waiting for the answer of {} to C-STORE: timed out", peer));
}

void StoreScu::take_answer()
{
    await_answer();
    const auto message = association_.receive();
    if (!message) {
        refuse_release(association_, "C-STORE");
    }
    if (other_ && !is_store_answer(message->command)) {
        other_(*message);
    } else {
        take(*message);
    }
}

void StoreScu::take(const Incoming& message)
{
    answer_by_ = Deadline::after(association_.idle_timeout());
    const Response response = parse_answer(association_, message, CommandField::c_store_rsp);
    if (response.has_data) {
        association_.skip_data();
    }
    const auto found = waiting_.find(response.message_id_responded);
    if (found == waiting_.end()) {
        refuse_answer(association_, fmt::format("a C-STORE response to message {}, which waits for "
                                                "none",
                                                response.message_id_responded));
    }
    const auto waiting = std::move(found->second);
    waiting_.erase(found);
    StoreOutcome outcome{response.status, response.error_comment, response.offending_elements, {}};
    // both are optional in the response; present they must be those of the request
    if (!response.sop_instance.empty() && response.sop_instance != waiting.sop_instance) {
        outcome.lie = "the answer names another SOP instance";
    } else if (!response.sop_class.empty() && response.sop_class != waiting.sop_class) {
        outcome.lie = "the answer names another SOP class";
    } else if (response.status.pending()) {
        outcome.lie = "a pending status, which C-STORE does not have";
    }
    waiting.done(outcome);
}

}  // namespace pacs::net
