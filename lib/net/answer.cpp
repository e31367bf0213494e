#include "net/answer.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

namespace pacs::net {

Response receive_answer(Association& association, CommandField expected, std::string_view service)
{
    const auto message = association.receive();
    if (!message) {
        const auto peer = association.negotiated().called_ae;
        association.release();
        throw PeerError(PeerFault::released, PeerStage::answer,
                        fmt::format("waiting for the answer to {}: {} released the association",
                                    service, log::printable(peer)));
    }
    try {
        auto response = parse_response(message->command);
        if (response.field != expected) {
            refuse_answer(association, fmt::format("{} where {} was expected",
                                                   to_string(response.field), to_string(expected)));
        }
        return response;
    } catch (const CommandError& error) {
        refuse_answer(association, error.what());
    }
}

void refuse_answer(Association& association, std::string_view why)
{
    const auto peer = log::printable(association.negotiated().called_ae);
    association.abort();
    throw PeerError(PeerFault::protocol_violation, PeerStage::answer,
                    fmt::format("waiting for an answer of {}: protocol violation: {}", peer,
                                log::printable(why)));
}

}  // namespace pacs::net
