#include "net/store.hpp"

#include "net/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::net {

StoreScu::StoreScu(Association& association, std::uint16_t window_cap)
    : association_(association),
      window_(std::max<std::uint16_t>(1, association.invoke_window(window_cap)))
{
}

void StoreScu::submit(StoreRequest request, std::uint8_t context_id, std::span<const Piece> data,
                      Done done)
{
    while (waiting_.size() >= window_) {
        take_answer();
    }
    do {
        request.message_id = association_.next_message_id();
    } while (waiting_.contains(request.message_id));
    association_.send(context_id, Request{request}, data);
    waiting_.emplace(request.message_id, Waiting{std::move(request.sop_class),
                                                 std::move(request.sop_instance), std::move(done)});
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

void StoreScu::take_answer()
{
    auto response = receive_answer(association_, CommandField::c_store_rsp, "C-STORE");
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
    StoreOutcome outcome{response.status,
                         std::move(response.error_comment),
                         std::move(response.offending_elements),
                         {}};
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
