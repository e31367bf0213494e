#include "daemon/retrieve_service.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "daemon/error_comment.hpp"
#include "daemon/retrieve_operation.hpp"
#include "daemon/retrieve_statuses.hpp"
#include "dicom/query_level.hpp"
#include "dicom/uid.hpp"
#include "index/retrieve_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

namespace pacs::daemon {

namespace {

namespace uids = dicom::uids;

/// Objects that are read before they are asked for, for each association that sends.
constexpr std::size_t ahead_of_each = 8;
constexpr std::size_t longest_implicit_list = std::size_t{1} << 20U;

dicom::QueryRoot root_of(const net::Context& context)
{
    const bool patient = context.abstract_syntax == uids::patient_root_move ||
                         context.abstract_syntax == uids::patient_root_get;
    return patient ? dicom::QueryRoot::patient : dicom::QueryRoot::study;
}

bool relational(const net::Negotiated& negotiated, const std::string& sop_class)
{
    const auto& granted = negotiated.extended_granted;
    return std::ranges::any_of(granted, [&](const net::ExtendedNegotiation& extended) {
        return extended.sop_class == sop_class && !extended.info.empty() && extended.info[0] == 1;
    });
}

net::Response refusal(const net::Request& request, net::Status status, std::string comment)
{
    log::debug("refusing a retrieval with {}: {}", status.hex(), comment);
    return net::Response::to(request, status, std::move(comment));
}

std::vector<send::Need> needs_of(const index::SelectionSurvey& survey)
{
    std::vector<std::pair<std::uint64_t, send::Need>> counted;
    counted.reserve(survey.contexts.size());
    for (const auto& [context, count] : survey.contexts) {
        counted.push_back({count, {context.first, context.second}});
    }
    // Should there be more than one association can have, the many go first.
    std::ranges::stable_sort(counted,
                             [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<send::Need> needs;
    needs.reserve(counted.size());
    for (auto& [count, need] : counted) {
        needs.push_back(std::move(need));
    }
    return needs;
}

}  // namespace

bool is_move_class(std::string_view sop_class) noexcept
{
    return sop_class == uids::patient_root_move || sop_class == uids::study_root_move;
}

bool is_get_class(std::string_view sop_class) noexcept
{
    return sop_class == uids::patient_root_get || sop_class == uids::study_root_get;
}

std::string grant_retrieve_options(std::string_view asked_info)
{
    constexpr std::size_t defined = 2;  // relational retrieval, enhanced multi-frame conversion
    std::string answer(std::min(asked_info.size(), defined), '\0');
    if (!answer.empty()) {
        answer[0] = asked_info[0] == 1 ? '\1' : '\0';
    }
    return answer;
}

/// One retrieval as it was asked for.
struct RetrieveService::Job {
    const net::Request& request;
    const net::Context& context;
    const net::Negotiated& negotiated;
    net::Responder& responder;
    std::shared_ptr<const Configuration> configuration;
    std::optional<Destination> destination;  ///< of a C-MOVE
};

/// One of the retrievals that may be under way at once.
class RetrieveService::Slot {
public:
    Slot(RetrieveService& service, unsigned most) : service_(service)
    {
        const std::scoped_lock lock{service_.mutex_};
        taken_ = service_.under_way_ < most;
        service_.under_way_ += taken_ ? 1 : 0;
    }
    ~Slot()
    {
        const std::scoped_lock lock{service_.mutex_};
        service_.under_way_ -= taken_ ? 1 : 0;
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    explicit operator bool() const noexcept { return taken_; }

private:
    RetrieveService& service_;
    bool taken_ = false;
};

RetrieveService::RetrieveService(const archive::Archive& archive, ServiceLog& log,
                                 Configuration configuration)
    : archive_(archive),
      log_(log),
      prover_(archive),
      configuration_(std::make_shared<const Configuration>(std::move(configuration)))
{
}

void RetrieveService::reconfigure(Configuration configuration)
{
    auto taken = std::make_shared<const Configuration>(std::move(configuration));
    const std::scoped_lock lock{mutex_};
    configuration_ = std::move(taken);
}

std::shared_ptr<const Configuration> RetrieveService::configuration() const
{
    const std::scoped_lock lock{mutex_};
    return configuration_;
}

unsigned RetrieveService::under_way() const
{
    const std::scoped_lock lock{mutex_};
    return under_way_;
}

std::optional<Destination> RetrieveService::destination_for(const net::MoveRequest& request,
                                                            const net::Negotiated& negotiated) const
{
    const auto now = configuration();
    std::optional<Destination> destination;
    if (const Destination* known = now->destinations.find(request.destination_ae)) {
        destination = *known;
    } else if (now->settings.allow_any && net::is_valid_ae_title(request.destination_ae)) {
        destination.emplace(Destination{
            {request.destination_ae, negotiated.peer_host, now->settings.allow_any_port},
            now->destinations.usual_request(),
            0});
    } else {
        return std::nullopt;
    }
    if (destination->request.calling_ae.empty()) {
        destination->request.calling_ae = negotiated.called_ae;
    }
    return destination;
}

net::Response RetrieveService::answer(const net::Request& request, const net::Context& context,
                                      const net::Negotiated& negotiated,
                                      const std::string& identifier, net::Responder& responder)
{
    const auto* move = std::get_if<net::MoveRequest>(&request);
    const bool ours = move != nullptr ? is_move_class(context.abstract_syntax)
                                      : is_get_class(context.abstract_syntax);
    if (!ours) {
        return net::Response::to(request, retrieve_statuses::not_retrieve.status);
    }
    dicom::DataSet keys;
    index::RetrieveKeys wanted;
    net::Status when_wrong = retrieve_statuses::unreadable.status;
    try {
        keys = dicom::decode(std::as_bytes(std::span{identifier}),
                             dicom::TransferSyntax{context.transfer_syntax});
        when_wrong = retrieve_statuses::bad_identifier.status;
        wanted = index::parse_retrieve_keys(root_of(context), keys,
                                            relational(negotiated, context.abstract_syntax));
    } catch (const Error& error) {
        return refusal(request, when_wrong, error_comment(error));
    }
    Job job{request, context, negotiated, responder, configuration(), std::nullopt};
    if (move != nullptr) {
        job.destination = destination_for(*move, negotiated);
        if (!job.destination) {
            return refusal(request, retrieve_statuses::unknown_destination.status,
                           "the destination is not known here");
        }
    }
    return perform(job, std::move(wanted));
}

net::Response RetrieveService::perform(const Job& job, index::RetrieveKeys keys)
{
    const Slot slot{*this, job.configuration->settings.max_retrievals};
    if (!slot) {
        return refusal(job.request, retrieve_statuses::none_done.status,
                       "as many retrievals as allowed are under way");
    }
    const bool move = job.destination.has_value();
    RetrieveAsker asker{.service = move ? "C-MOVE" : "C-GET",
                        .level = std::string{dicom::level_name(keys.level)},
                        .calling = job.negotiated.calling_ae,
                        .address = job.negotiated.peer_host,
                        .destination = {},
                        .destination_address = {}};
    if (move) {
        const net::Address& to = job.destination->address;
        asker.destination = to.ae;
        asker.destination_address = net::ListenAddress{to.host, to.port}.str();
    }
    RetrieveLog log{log_, std::move(asker)};
    std::optional<index::Selection> selection;
    try {
        selection = archive_.index().select(std::move(keys));
    } catch (const Error& error) {
        log::error("retrieving: {}", error.what());
        return net::Response::to(job.request, retrieve_statuses::no_count.status,
                                 "the index failed");
    }
    return run(job, std::move(*selection), log);
}

net::Response RetrieveService::run(const Job& job, index::Selection selection, RetrieveLog& log)
{
    const ArchivedSettings& settings = job.configuration->settings;
    const dicom::TransferSyntax syntax{job.context.transfer_syntax};
    const index::SelectionSurvey survey = selection.survey();
    RetrieveTally tally{survey.instances,
                        syntax.explicit_vr() ? longest_explicit_list : longest_implicit_list};
    MovePlan plan;
    if (job.destination) {
        const unsigned most = job.destination->max_associations;
        plan = {.destination = *job.destination,
                .originator = job.negotiated.calling_ae,
                .message_id = net::message_id(job.request),
                .lanes = most == 0 ? settings.move_jobs : std::min(most, settings.move_jobs),
                .needs = needs_of(survey)};
    }
    ObjectFeed feed{std::move(selection), prover_, ahead_of_each * plan.lanes};
    const RetrieveParts parts{job.request, feed, tally, log, job.responder};
    try {
        const bool cancelled =
            survey.instances > 0 &&
            (job.destination ? perform_move(parts, plan) : perform_get(parts, job.negotiated));
        net::Response response = tally.final_response(job.request, cancelled);
        const dicom::DataSet failed = tally.failed_list();
        if (!failed.empty()) {
            job.responder.attach(dicom::encode(failed, syntax));
        }
        log.ended(tally.counts(), response.status);
        return response;
    } catch (...) {
        log.ended(tally.counts(), std::nullopt);
        throw;
    }
}

}  // namespace pacs::daemon
