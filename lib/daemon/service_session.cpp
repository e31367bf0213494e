#include "daemon/service_session.hpp"

#include "archive/store_statuses.hpp"
#include "daemon/find_statuses.hpp"
#include "daemon/gatekeeper.hpp"
#include "dicom/uid.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pacs::daemon {

namespace {

bool unproblematic(archive::StoreKind kind) noexcept
{
    return kind == archive::StoreKind::stored || kind == archive::StoreKind::duplicate;
}

bool is_find_class(const std::string& sop_class)
{
    return sop_class == dicom::uids::patient_root_find || sop_class == dicom::uids::study_root_find;
}

/// Hands one data set on to the archive, and the archive's verdict back to the peer.
class IngestSink : public net::StoreSink {
public:
    IngestSink(archive::Announcement announcement, std::unique_ptr<archive::Reception> reception,
               ServiceLog& log)
        : announcement_(std::move(announcement)), reception_(std::move(reception)), log_(log)
    {
    }

    void write(std::span<const std::byte> bytes) override { reception_->write(bytes); }

    void finish(net::StoreReply reply) override
    {
        reception_->finish([announcement = std::move(announcement_), &log = log_,
                            reply = std::move(reply)](const archive::StoreResult& result) {
            if (!unproblematic(result.kind)) {
                log.problem(announcement, result);
            }
            reply(result.status, result.comment);
        });
    }

private:
    archive::Announcement announcement_;
    std::unique_ptr<archive::Reception> reception_;
    ServiceLog& log_;
};

class ArchiveSession : public net::Session {
public:
    ArchiveSession(const ServiceParts& parts, const net::Negotiated& negotiated)
        : parts_(parts),
          calling_(negotiated.calling_ae),
          peer_(negotiated.peer_host),
          rights_(negotiated.admission.rights),
          synchronous_(negotiated.window.invoked == 1),
          extended_(negotiated.extended_granted),
          find_(parts.archive.index(), {.retrieve_ae = negotiated.called_ae}),
          negotiated_(negotiated)
    {
    }
    ~ArchiveSession() override
    {
        if (events_) {
            parts_.commitments.closed(events_);
        }
    }
    ArchiveSession(const ArchiveSession&) = delete;
    ArchiveSession& operator=(const ArchiveSession&) = delete;

    void on_open(const std::shared_ptr<net::EventOutbox>& events) override
    {
        if ((rights_ & bit(Right::commit)) != 0) {
            events_ = events;
            parts_.commitments.opened(negotiated_, events);
        }
    }

    bool may(const net::Request& request) const override { return daemon::may(rights_, request); }

    net::StoreDecision on_store(const net::StoreRequest& request,
                                const net::Context& context) override
    {
        const std::string& sop_class = context.abstract_syntax;
        if (is_find_class(sop_class) || is_move_class(sop_class) || is_get_class(sop_class) ||
            sop_class == dicom::uids::verification ||
            sop_class == dicom::uids::storage_commitment) {
            return net::refuse_store(archive::store_statuses::not_storage.status,
                                     "no storage SOP class");
        }
        archive::Announcement announcement{.sop_class_uid = request.sop_class,
                                           .sop_instance_uid = request.sop_instance,
                                           .transfer_syntax_uid = context.transfer_syntax,
                                           .source = calling_,
                                           .peer = peer_,
                                           .answer_awaited = synchronous_};
        auto reception = parts_.ingest.begin(announcement);
        if (const archive::StoreResult* refusal = reception->refusal()) {
            parts_.log.problem(announcement, *refusal);
            return net::refuse_store(refusal->status, refusal->comment);
        }
        return {.sink = std::make_unique<IngestSink>(std::move(announcement), std::move(reception),
                                                     parts_.log),
                .refusal = {},
                .comment = {}};
    }

    net::Response on_find(const net::FindRequest& request, const net::Context& context,
                          const std::string& identifier, net::Responder& responder) override
    {
        if (!is_find_class(context.abstract_syntax)) {
            return net::Response::to(request, find_statuses::not_find.status);
        }
        return find_.answer(request, context, granted(context.abstract_syntax), identifier,
                            responder);
    }

    net::Response on_other(const net::Request& request, const net::Context& context,
                           const std::string& data, net::Responder& responder) override
    {
        if (std::holds_alternative<net::GetRequest>(request) ||
            std::holds_alternative<net::MoveRequest>(request)) {
            return parts_.retrieve.answer(request, context, negotiated_, data, responder);
        }
        const auto* action = std::get_if<net::ActionRequest>(&request);
        if (action != nullptr && context.abstract_syntax == dicom::uids::storage_commitment) {
            return parts_.commitments.answer(*action, context, negotiated_, data);
        }
        return Session::on_other(request, context, data, responder);
    }

private:
    index::QueryOptions granted(const std::string& sop_class) const
    {
        for (const net::ExtendedNegotiation& extended : extended_) {
            if (extended.sop_class == sop_class) {
                return find_options(extended.info);
            }
        }
        return {};
    }

    ServiceParts parts_;
    std::string calling_;
    std::string peer_;
    net::Rights rights_;
    bool synchronous_;  ///< one operation at a time, PS3.7 D.3.3.3
    std::vector<net::ExtendedNegotiation> extended_;
    FindService find_;
    const net::Negotiated& negotiated_;  // outlives the session
    std::shared_ptr<net::EventOutbox> events_;
};

}  // namespace

std::unique_ptr<net::Session> make_session(const ServiceParts& parts,
                                           const net::Negotiated& negotiated)
{
    return std::make_unique<ArchiveSession>(parts, negotiated);
}

}  // namespace pacs::daemon
