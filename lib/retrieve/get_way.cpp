#include "base/log.hpp"
#include "base/stop.hpp"
#include "dicom/query_level.hpp"
#include "dicom/uid.hpp"
#include "net/get.hpp"
#include "net/peer_error.hpp"
#include "retrieve/peer_ways.hpp"
#include "retrieve/storage_contexts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::retrieve {

namespace {

using dicom::QueryRoot;

class SinkAdapter : public net::GetSink {
public:
    explicit SinkAdapter(std::unique_ptr<ObjectSink> sink) : sink_(std::move(sink)) {}
    void write(std::span<const std::byte> bytes) override { sink_->write(bytes); }
    net::GetAnswer finish() override
    {
        Receipt receipt = sink_->finish();
        return {receipt.status, std::move(receipt.comment)};
    }

private:
    std::unique_ptr<ObjectSink> sink_;
};

class GetWay : public Way {
public:
    explicit GetWay(PeerWayOptions options) : options_(std::move(options))
    {
        options_.request.stop.grace = options_.cancel_timeout;  // C-CANCEL needs its time
        // one C-GET at a time, but as many C-STORE of the source as would be ours
        options_.request.window = {1, options_.request.window.invoked};
    }

    std::string_view name() const noexcept override { return "get"; }
    WayEnding fetch(const Errand& errand, Delivery& delivery) override;
    void close() noexcept override;

private:
    bool covers(const std::vector<net::Proposal>& needed) const;
    void connect(std::vector<net::Proposal> needed);
    net::RetrieveResult get(const Errand& errand, Delivery& delivery);
    net::RetrieveResult get_again(const Errand& errand, Delivery& delivery,
                                  const std::vector<net::Proposal>& needed);
    void note_refusal(const std::vector<net::Proposal>& needed, WayEnding& ending) const;
    std::string_view get_class() const
    {
        return dicom::get_class(options_.patient_root ? QueryRoot::patient : QueryRoot::study);
    }

    PeerWayOptions options_;
    std::unique_ptr<net::Association> association_;
    std::vector<net::Proposal> proposed_;
    bool came_ = false;  ///< an object, since get_again() began
};

bool same(const net::Proposal& a, const net::Proposal& b)
{
    return a.abstract_syntax == b.abstract_syntax && a.transfer_syntaxes == b.transfer_syntaxes;
}

bool GetWay::covers(const std::vector<net::Proposal>& needed) const
{
    return association_ != nullptr && association_->established() &&
           std::ranges::all_of(needed, [this](const net::Proposal& each) {
               return std::ranges::any_of(
                   proposed_, [&](const net::Proposal& there) { return same(each, there); });
           });
}

void GetWay::connect(std::vector<net::Proposal> needed)
{
    constexpr std::size_t most = 127;
    close();
    for (const net::Proposal& before : proposed_) {  // likely to be needed again
        const bool there = std::ranges::any_of(
            needed, [&](const net::Proposal& each) { return same(each, before); });
        if (!there && needed.size() < most) {
            needed.push_back(before);
        }
    }
    proposed_ = std::move(needed);
    association_ = net::Association::request(options_.peer, options_.request,
                                             net::get_proposals(get_class(), proposed_));
    if (association_->negotiated().find(get_class()) == nullptr) {
        auto error = not_granted(*association_, options_.peer, get_class(), "C-GET",
                                 "if it knows us as a destination, try --via move --listen PORT");
        close();
        throw error;
    }
    log::info("association with {} for C-GET: {} contexts proposed", options_.peer.str(),
              proposed_.size() + 1);
}

net::RetrieveResult GetWay::get(const Errand& errand, Delivery& delivery)
{
    const net::Context& context = *association_->negotiated().find(get_class());
    const std::string identifier = dicom::encode(identifier_of(errand, options_.patient_root),
                                                 dicom::TransferSyntax{context.transfer_syntax});
    net::RetrieveOptions how;
    how.cancel_timeout = options_.cancel_timeout;
    how.cancel_fd = StopFlag::instance().fd();
    return net::get(
        *association_, context.id, identifier,
        [&](const net::StoreRequest& request, const net::Context& on) {
            came_ = true;
            return std::make_unique<SinkAdapter>(
                delivery.begin({request.sop_class, request.sop_instance, on.transfer_syntax}));
        },
        [&](const net::SubOperations&) {
            const bool enough = StopFlag::instance().raised() || delivery.over();
            return enough ? net::Next::cancel : net::Next::more;
        },
        how);
}

/// A class for which no context was accepted cannot come: that is the better reason.
void GetWay::note_refusal(const std::vector<net::Proposal>& needed, WayEnding& ending) const
{
    const net::Negotiated& agreed = association_->negotiated();
    for (const net::Proposal& each : needed) {
        if (agreed.find(each.abstract_syntax) != nullptr) {
            continue;
        }
        const bool by_syntax = std::ranges::any_of(agreed.contexts, [&](const net::Context& on) {
            return on.abstract_syntax == each.abstract_syntax &&
                   on.answer == net::ContextAnswer::transfer_syntaxes_not_supported;
        });
        ending.reason = by_syntax ? "transfer_syntax_refused" : "sop_class_refused";
        const std::string_view name = dicom::uid_name(each.abstract_syntax);
        ending.message =
            fmt::format("the source does not send {} {}",
                        name.empty() ? std::string_view{each.abstract_syntax} : name,
                        by_syntax ? "in a transfer syntax that was proposed" : "by C-GET");
        return;
    }
}

WayEnding GetWay::fetch(const Errand& errand, Delivery& delivery)
{
    const auto needed = storage_proposals(errand, options_.transfer_syntaxes);
    const bool rested = covers(needed);
    if (!rested) {
        connect(needed);
    }
    const net::Negotiated& agreed = association_->negotiated();
    const bool nothing = std::ranges::none_of(needed, [&](const net::Proposal& each) {
        return agreed.find(each.abstract_syntax) != nullptr;
    });
    if (nothing) {  // it could only fail
        WayEnding ending;
        note_refusal(needed, ending);
        return ending;
    }
    try {
        const net::RetrieveResult result =
            rested ? get_again(errand, delivery, needed) : get(errand, delivery);
        WayEnding ending = ending_of(result, net::Service::get);
        if (!result.cancelled) {
            note_refusal(needed, ending);
        }
        return ending;
    } catch (...) {
        association_.reset();
        throw;
    }
}

/// A peer may have ended an association that rested; that costs one more, not an attempt.
net::RetrieveResult GetWay::get_again(const Errand& errand, Delivery& delivery,
                                      const std::vector<net::Proposal>& needed)
{
    came_ = false;
    try {
        return get(errand, delivery);
    } catch (const net::PeerError& error) {
        if (came_ || !error.transient() || error.fault() == net::PeerFault::timed_out) {
            throw;
        }
        association_.reset();
    }
    connect(needed);
    return get(errand, delivery);
}

void GetWay::close() noexcept
{
    try {
        if (association_ && association_->established()) {
            association_->release();
        }
    } catch (const std::exception& error) {
        log::info("releasing the association: {}", error.what());
    }
    association_.reset();
}

}  // namespace

std::unique_ptr<Way> get_way(PeerWayOptions options)
{
    return std::make_unique<GetWay>(std::move(options));
}

}  // namespace pacs::retrieve
