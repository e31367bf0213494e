#include "net/probe.hpp"

#include "base/stopwatch.hpp"
#include "net/echo.hpp"

#include <fmt/format.h>

namespace pacs::net {

namespace {

std::string words_of(const Answer& answer)
{
    if (answer.status.success()) {
        return {};
    }
    return fmt::format("answered {}: {}{}{}", answer.status.hex(),
                       answer.status.meaning(Service::echo), answer.comment.empty() ? "" : ": ",
                       answer.comment);
}

}  // namespace

Probe probe(const Address& peer, const RequestOptions& options)
{
    Probe result;
    try {
        const Stopwatch connecting;
        const auto association = Association::request(peer, options, verification_proposals());
        result.connect_seconds = connecting.seconds();
        const Negotiated& agreed = association->negotiated();
        result.implementation = agreed.peer_implementation_version.empty()
                                    ? agreed.peer_implementation_uid
                                    : agreed.peer_implementation_version;
        result.max_pdu_bytes = agreed.peer_max_pdu_bytes;

        const Stopwatch asking;
        const Answer answer = echo(*association);
        result.echo_seconds = asking.seconds();
        result.status = answer.status;
        result.message = words_of(answer);
        association->release();
    } catch (const PeerError& error) {
        result.fault = error.fault();
        result.stage = error.stage();
        result.message = error.what();
        result.hint = error.hint();
    }
    return result;
}

}  // namespace pacs::net
