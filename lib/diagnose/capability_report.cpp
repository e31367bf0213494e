#include "diagnose/capability_report.hpp"

#include "net/peer_error.hpp"

namespace pacs::diagnose {

CapabilityTally report_capabilities(std::span<const net::KnownPeer> peers, bool for_eyes,
                                    const std::function<void(const JsonLine&)>& write)
{
    CapabilityTally tally;
    for (const net::KnownPeer& peer : peers) {
        try {
            const auto found = ask_capabilities(peer, {});
            ++(found.complete ? tally.complete : found.known() > 0 ? tally.partial : tally.none);
            for_eyes ? write_rows(found, write) : write_records(found, write);
        } catch (const net::PeerError&) {
            break;  // stopped: nothing else leaves ask_capabilities() this way
        }
    }
    return tally;
}

}  // namespace pacs::diagnose
