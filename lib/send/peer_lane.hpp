#pragma once

#include "net/address.hpp"
#include "net/association.hpp"
#include "net/store.hpp"
#include "send/coercion.hpp"
#include "send/context_plan.hpp"
#include "send/lane.hpp"

#include <memory>
#include <optional>

namespace pacs::send {

/// How objects go to a peer.
struct PeerLaneOptions {
    net::Address peer;
    net::RequestOptions request;
    bool convert = true;                 ///< to what the peer accepts, without loss
    bool dry = false;                    ///< negotiate only
    const Coercion* coercion = nullptr;  ///< must outlive the lane; nullptr: none
};

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
