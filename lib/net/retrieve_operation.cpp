#include "net/retrieve_operation.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

namespace pacs::net {

void RetrieveOperation::await_message(std::uint8_t context_id)
{
    if (!result_.cancelled && options_.cancel_fd >= 0 && !association_.await(options_.cancel_fd)) {
        cancel(context_id);
    }
}

void RetrieveOperation::cancel(std::uint8_t context_id)
{
    if (result_.cancelled) {
        return;
    }
    association_.send(context_id, Request{CancelRequest{message_id_}});
    result_.cancelled = true;
    cancel_until_ = Deadline::after(options_.cancel_timeout);
    deadline_.tighten(cancel_until_);
}

void RetrieveOperation::explain(const PeerError& error) const
{
    const auto name = [&](std::string_view what) {
        throw PeerError(
            PeerFault::timed_out, error.stage(),
            fmt::format("waiting for {} to end {}: timed out, {}",
                        log::printable(association_.negotiated().called_ae), service_, what));
    };
    if (error.fault() == PeerFault::timed_out && result_.cancelled && cancel_until_.expired()) {
        name("it did not end after C-CANCEL");
    }
    if (error.fault() == PeerFault::timed_out && options_.deadline.expired()) {
        name("the time for it in all is up");
    }
    throw;
}

}  // namespace pacs::net
