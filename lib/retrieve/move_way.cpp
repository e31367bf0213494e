#include "base/log.hpp"
#include "base/stop.hpp"
#include "dicom/query_level.hpp"
#include "dicom/uid.hpp"
#include "net/move.hpp"
#include "net/peer_error.hpp"
#include "retrieve/move_receiver.hpp"
#include "retrieve/peer_ways.hpp"

#include <utility>

namespace pacs::retrieve {

namespace {

using dicom::QueryRoot;

class MoveWay : public Way {
public:
    MoveWay(PeerWayOptions options, MoveReceiver& receiver)
        : options_(std::move(options)), receiver_(receiver)
    {
        options_.request.stop.grace = options_.cancel_timeout;  // C-CANCEL needs its time
        options_.request.window = {};                           // one operation at a time
    }

    std::string_view name() const noexcept override { return "move"; }
    WayEnding fetch(const Errand& errand, Delivery& delivery) override;
    void close() noexcept override;

private:
    void connect();
    net::RetrieveResult move(const Errand& errand, Delivery& delivery);
    std::string_view move_class() const
    {
        return dicom::move_class(options_.patient_root ? QueryRoot::patient : QueryRoot::study);
    }

    PeerWayOptions options_;
    MoveReceiver& receiver_;
    std::unique_ptr<net::Association> association_;
};

void MoveWay::connect()
{
    const net::Proposal proposal{
        std::string{move_class()},
        {std::string{dicom::uids::explicit_le}, std::string{dicom::uids::implicit_le}},
        std::nullopt};
    association_ = net::Association::request(options_.peer, options_.request, {&proposal, 1});
    if (association_->negotiated().find(move_class()) == nullptr) {
        auto error = not_granted(*association_, options_.peer, move_class(), "C-MOVE");
        close();
        throw error;
    }
}

net::RetrieveResult MoveWay::move(const Errand& errand, Delivery& delivery)
{
    const net::Context& context = *association_->negotiated().find(move_class());
    const std::string identifier = dicom::encode(identifier_of(errand, options_.patient_root),
                                                 dicom::TransferSyntax{context.transfer_syntax});
    net::RetrieveOptions how;
    how.cancel_timeout = options_.cancel_timeout;
    how.cancel_fd = StopFlag::instance().fd();
    const MoveReceiver::Waiting waiting{receiver_, errand, delivery,
                                        [this] { association_->touch(); }};
    return net::move(
        *association_, context.id, receiver_.title(), identifier,
        [&](const net::SubOperations&) {
            const bool enough = StopFlag::instance().raised() || delivery.over();
            return enough ? net::Next::cancel : net::Next::more;
        },
        how);
}

WayEnding MoveWay::fetch(const Errand& errand, Delivery& delivery)
{
    if (association_ == nullptr || !association_->established()) {
        connect();
    }
    try {
        return ending_of(move(errand, delivery), net::Service::move);
    } catch (...) {
        association_.reset();
        throw;
    }
}

void MoveWay::close() noexcept
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

std::unique_ptr<Way> move_way(PeerWayOptions options, MoveReceiver& receiver)
{
    return std::make_unique<MoveWay>(std::move(options), receiver);
}

}  // namespace pacs::retrieve
