#pragma once

#include "net/address.hpp"
#include "net/association.hpp"
#include "net/store.hpp"
#include "send/coercion.hpp"
#include "send/context_plan.hpp"
#include "send/lane.hpp"
#include "send/payload.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace pacs::send {

/// How objects go to a peer.
struct PeerLaneOptions {
    net::Address peer;
    net::RequestOptions request;
    bool convert = true;                 ///< to what the peer accepts, without loss
    bool dry = false;                    ///< negotiate only
    const Coercion* coercion = nullptr;  ///< must outlive the lane; nullptr: none
    /// Of the C-MOVE whose sub-operations these are, PS3.7 9.1.1.1.6; empty: of none.
    std::string move_originator_ae = {};
    std::uint16_t move_originator_id = 0;
};

/// Makes the bytes that `route` asks for and says in `report` what was done; nothing when the
/// object goes out as it is. False, and the reason in `report`: it cannot be had like that.
bool convert_for(const Parcel& parcel, const Route& route, Payload& payload, Report& report,
                 const Coercion* coercion = nullptr);
/// What to send: the payload, or without one the data set as it is. Both must outlive it.
net::Piece data_of(const Parcel& parcel, const Route& route, const Payload& payload);
/// The report of an answered C-STORE; what was sent is already in it.
Report judge(Report report, const net::StoreOutcome& outcome);

/// C-STORE over one association at a time (PS3.4 Annex B), as many objects outstanding as the
/// peer's window allows. The data set goes out as it is in the file where the peer accepted its
/// transfer syntax, a large one without passing through this process' memory; else converted.
class PeerLane : public Lane {
public:
    explicit PeerLane(PeerLaneOptions options) : options_(std::move(options)) {}

    bool fits(const Parcel& parcel) const override;
    void prepare(const std::vector<Need>& needs) override;
    void send(Parcel& parcel, Done done) override;
    void settle() override;
    void close() noexcept override;

private:
    void submit(Parcel& parcel, const Route& route, Report sent, Done done);

    PeerLaneOptions options_;
    ContextPlan plan_;
    std::unique_ptr<net::Association> association_;
    std::optional<net::StoreScu> scu_;
};

}  // namespace pacs::send
