#include "net/answer.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

namespace pacs::net {

const std::string& peer_title(const Association& association) noexcept
{
    const Negotiated& agreed = association.negotiated();
    return association.requestor() ? agreed.called_ae : agreed.calling_ae;
}

Response receive_answer(Association& association, CommandField expected, std::string_view service)
{
    const auto message = association.receive();
    if (!message) {
        refuse_release(association, service);
    }
    return parse_answer(association, *message, expected);
}

Response parse_answer(Association& association, const Incoming& message, CommandField expected)
{
    try {
        auto response = parse_response(message.command);
        if (response.field != expected) {
            refuse_answer(association, fmt::format("{} where {} was expected",
                                                   to_string(response.field), to_string(expected)));
        }
        return response;
    } catch (const CommandError& error) {
        refuse_answer(association, error.what());
    }
}

void refuse_release(Association& association, std::string_view service)
{
    const auto peer = peer_title(association);
    association.release();
    throw PeerError(PeerFault::released, PeerStage::answer,
                    fmt::format("waiting for the answer to {}: {} released the association",
                                service, log::printable(peer)));
}

void refuse_answer(Association& association, std::string_view why)
{
    const auto peer = log::printable(peer_title(association));
    association.abort();
    throw PeerError(PeerFault::protocol_violation, PeerStage::answer,
                    fmt::format("waiting for an answer of {}: protocol violation: {}", peer,
                                log::printable(why)));
}

}  // namespace pacs::net
