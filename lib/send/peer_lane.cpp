#include "send/peer_lane.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "send/payload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pacs::send {

Report judge(Report report, const net::StoreOutcome& outcome)
{
    report.status = outcome.status;
    if (!outcome.lie.empty()) {
        report.reason = "wrong_answer";
        report.message = outcome.lie;
        return report;
    }
    if (outcome.status.success()) {
        report.outcome = Outcome::ok;
        return report;
    }
    report.outcome = outcome.status.warning() ? Outcome::warning : Outcome::failed;
    report.reason = "status";
    report.message = outcome.status.meaning(net::Service::store);
    if (!outcome.comment.empty()) {
        report.message += ": " + outcome.comment;
    }
    for (const dicom::Tag tag : outcome.offending_elements) {
        report.message += " " + tag.formatted();
    }
    report.may_pass = outcome.status.transient();
    return report;
}

net::Piece data_of(const Parcel& parcel, const Route& route, const Payload& payload)
{
    if (route.convert || !payload.data_set.empty()) {
        return net::Piece{std::as_bytes(std::span{payload.data_set})};
    }
    const std::uint64_t offset = parcel.head.file.data_offset;
    const auto memory = parcel.content.memory();
    if (memory.empty() && parcel.content.fd() >= 0) {
        return net::FileRange{parcel.content.fd(), offset, parcel.head.data_size};
    }
    return memory.subspan(std::min<std::size_t>(offset, memory.size()));
}

bool convert_for(const Parcel& parcel, const Route& route, Payload& payload, Report& report,
                 const Coercion* coercion)
{
    const bool coerce = coercion != nullptr && !coercion->empty();
    report.transfer_syntax = route.transfer_syntax;
    report.converted = route.convert;
    try {
        if (route.convert || coerce) {
            static const Coercion nothing;
            payload = make_payload(parcel, route.transfer_syntax, coerce ? *coercion : nothing);
            report.decoded_lossy = payload.decoded_lossy;
        }
        return true;
    } catch (const Error& error) {
        report.reason = error.kind() == ErrorKind::storage ? "unreadable" : "conversion_failed";
        report.message = error.what();
        return false;
    }
}

bool PeerLane::fits(const Parcel& parcel) const
{
    return association_ != nullptr && plan_.covers(parcel.need());
}

void PeerLane::prepare(const std::vector<Need>& needs)
{
    // What served until now is likely to serve again, as far as there is room for it.
    std::vector<Need> all = needs;
    all.insert(all.end(), plan_.covered.begin(), plan_.covered.end());
    close();
    plan_ = plan_contexts(all, options_.convert);
    association_ = net::Association::request(options_.peer, options_.request, plan_.proposals);
    scu_.emplace(*association_);
    const net::Negotiated& agreed = association_->negotiated();
    log::info("association with {}: {} contexts proposed, window {}", options_.peer.str(),
              plan_.proposals.size(), scu_->window());
    for (const net::Context& context : agreed.contexts) {
        log::debug("context {}: {} {} {}", context.id, context.abstract_syntax,
                   net::to_string(context.answer), context.transfer_syntax);
    }
}

void PeerLane::send(Parcel& parcel, Done done)
{
    Report report;
    const auto route =
        find_route(association_->negotiated(), parcel.need(), options_.convert, report);
    if (!route) {
        done(std::move(report));
        return;
    }
    report.transfer_syntax = route->transfer_syntax;
    report.converted = route->convert;
    if (options_.dry) {
        report.outcome = Outcome::ok;
        done(std::move(report));
        return;
    }
    submit(parcel, *route, std::move(report), std::move(done));
}

void PeerLane::submit(Parcel& parcel, const Route& route, Report sent, Done done)
{
    net::StoreRequest request;
    request.sop_class = parcel.head.sop_class_uid;
    request.sop_instance = parcel.head.sop_instance_uid;
    request.move_originator_ae = options_.move_originator_ae;
    request.move_originator_id = options_.move_originator_id;
    Payload payload;
    if (!convert_for(parcel, route, payload, sent, options_.coercion)) {
        done(std::move(sent));
        return;
    }
    const std::array<net::Piece, 1> piece{data_of(parcel, route, payload)};
    scu_->submit(
        std::move(request), route.context_id, piece,
        [sent = std::move(sent), done = std::move(done)](const net::StoreOutcome& outcome) mutable {
            done(judge(std::move(sent), outcome));
        });
    parcel.content.unload();  // it is on its way; only another attempt needs it again
}

void PeerLane::settle()
{
    if (scu_) {
        scu_->finish();
    }
}

void PeerLane::close() noexcept
{
    if (association_ && association_->established() && scu_->outstanding() == 0) {
        try {
            association_->release();
        } catch (const std::exception& error) {
            log::info("releasing the association: {}", error.what());
        }
    }
    scu_.reset();
    association_.reset();  // aborts unless it was released
}

}  // namespace pacs::send
