#include "base/error.hpp"
#include "base/log.hpp"
#include "daemon/retrieve_operation.hpp"
#include "send/context_plan.hpp"
#include "send/payload.hpp"
#include "send/peer_lane.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace pacs::daemon {

namespace {

/// The contexts on which we may be SCU: PS3.7 D.3.3.4, the requestor took the role of SCP.
net::Negotiated sending_contexts(const net::Negotiated& negotiated)
{
    net::Negotiated ours = negotiated;
    std::erase_if(ours.contexts,
                  [](const net::Context& context) { return !context.requestor_scp; });
    return ours;
}

class GetOperation {
public:
    GetOperation(const RetrieveParts& parts, const net::Negotiated& negotiated)
        : parts_(parts),
          pulse_(parts),
          negotiated_(negotiated),
          contexts_(sending_contexts(negotiated))
    {
    }

    bool run()
    {
        bool cancelled = pulse_.beat();
        for (bool more = true; more && !cancelled;) {
            archive::ProvenObject object;
            constexpr std::chrono::milliseconds patience{100};
            const auto next = parts_.feed.next(object, patience);
            more = next != ObjectFeed::Next::end;
            parts_.responder.stores().make_room();  // a C-CANCEL may be among the answers
            cancelled = pulse_.beat();
            if (next == ObjectFeed::Next::object && !cancelled) {
                hand_on(std::move(object));
            }
        }
        parts_.responder.stores().finish();
        if (!cancelled) {
            fail_rest(parts_);  // of an index that failed on the way
        }
        return cancelled;
    }

private:
    void hand_on(archive::ProvenObject&& object)
    {
        if (object.fault != archive::StoredFault::none) {
            note_fault(parts_, object);
            return;
        }
        const auto parcel = std::make_shared<send::Parcel>(parcel_of(std::move(object)));
        send::Report report;
        const auto route = send::find_route(contexts_, parcel->need(), true, report);
        if (!route) {
            blame_role(parcel->head.sop_class_uid, report);
            note_report(parts_, *parcel, report);
            return;
        }
        send::Payload payload;
        if (!send::convert_for(*parcel, *route, payload, report)) {
            note_report(parts_, *parcel, report);
            return;
        }
        submit(parcel, *route, payload, std::move(report));
    }

    void submit(const std::shared_ptr<send::Parcel>& parcel, const send::Route& route,
                const send::Payload& payload, send::Report report)
    {
        net::StoreRequest request;
        request.sop_class = parcel->head.sop_class_uid;
        request.sop_instance = parcel->head.sop_instance_uid;
        const std::array piece{send::data_of(*parcel, route, payload)};
        parts_.responder.stores().submit(
            std::move(request), route.context_id, piece,
            [&parts = parts_, parcel,
             report = std::move(report)](const net::StoreOutcome& outcome) {
                note_report(parts, *parcel, send::judge(report, outcome));
            });
        parcel->content = {};  // it is on its way: neither file nor memory is needed any more
    }

    /// A context is there, but without the role of SCP nothing may be sent on it.
    void blame_role(const std::string& sop_class, send::Report& report) const
    {
        if (negotiated_.find(sop_class) != nullptr && contexts_.find(sop_class) == nullptr) {
            report.reason = "role_refused";
            report.message = "the peer did not take the role of SCP of " + sop_class;
        }
    }

    const RetrieveParts& parts_;
    RetrievePulse pulse_;
    const net::Negotiated& negotiated_;
    net::Negotiated contexts_;
};

}  // namespace

bool perform_get(const RetrieveParts& parts, const net::Negotiated& negotiated)
{
    return GetOperation{parts, negotiated}.run();
}

}  // namespace pacs::daemon
