#include "base/log.hpp"
#include "dicom/uid.hpp"
#include "net/association_core.hpp"
#include "net/negotiation.hpp"
#include "net/rejections.hpp"

#include <fmt/format.h>

namespace pacs::net {

namespace {

/// Characters of why we rejected somebody, for the log.
constexpr std::size_t longest_reason = 600;

/// What is wrong with a request whoever asks, before any policy.
std::optional<AssociateRj> formal_refusal(const AssociateRq& request)
{
    if (request.application_context != dicom::uids::application_context) {
        return rejections::application_context.rejection;
    }
    if (!is_valid_ae_title(request.called_ae)) {
        return rejections::called_title.rejection;
    }
    if (!is_valid_ae_title(request.calling_ae)) {
        return rejections::calling_title.rejection;
    }
    if (request.user.max_pdu_bytes != 0 && request.user.max_pdu_bytes < least_max_pdu) {
        return rejections::no_room.rejection;
    }
    return std::nullopt;
}

AssociateAc make_acceptance(const AssociateRq& request, const AcceptPolicy& policy,
                            const Admission& admission, const AssociationLimits& limits)
{
    AssociateAc acceptance;
    acceptance.called_ae = request.called_ae;
    acceptance.calling_ae = request.calling_ae;
    acceptance.application_context = request.application_context;
    acceptance.user = our_information(limits);
    for (const auto& context : request.contexts) {
        acceptance.contexts.push_back(policy.answer(context, request, admission));
        if (acceptance.contexts.back().answer != ContextAnswer::accepted) {
            // not significant, PS3.8 9.3.3.2, but some requestors insist on reading one
            acceptance.contexts.back().transfer_syntax = context.transfer_syntaxes.front();
        }
    }
    for (const auto& asked : request.user.roles) {
        if (const auto role = policy.role(asked, admission)) {
            acceptance.user.roles.push_back(*role);
        }
    }
    for (const auto& asked : request.user.extended) {
        if (auto info = policy.extended(asked)) {
            acceptance.user.extended.push_back({asked.sop_class, std::move(*info)});
        }
    }
    if (request.user.window) {
        acceptance.user.window = policy.window(*request.user.window);
    }
    if (request.identity && request.identity->response_requested) {
        acceptance.identity_response = policy.identity_response(*request.identity, admission);
    }
    return acceptance;
}

void settle(Negotiated& agreed, const AssociateRq& request, const AssociateAc& acceptance)
{
    for (std::size_t i = 0; i < request.contexts.size(); ++i) {
        auto context = proposed(request.contexts[i]);
        context.answer = acceptance.contexts[i].answer;
        if (context.accepted()) {
            context.transfer_syntax = acceptance.contexts[i].transfer_syntax;
            if (!offered(context, context.transfer_syntax)) {
                throw Error(ErrorKind::bug,
                            "accepting an association: a transfer syntax that was "
                            "not offered");
            }
        }
        agreed.contexts.push_back(std::move(context));
    }
    agreed.extended_granted = acceptance.user.extended;
    agreed.identity_response = acceptance.identity_response;
    agreed.window = settle_window(request.user.window, acceptance.user.window);
    settle_roles(agreed.contexts, request.user.roles, acceptance.user.roles);
}

void note_requestor(Negotiated& agreed, const AssociateRq& request)
{
    agreed.called_ae = request.called_ae;
    agreed.calling_ae = request.calling_ae;
    agreed.peer_implementation_uid = request.user.implementation_class_uid;
    agreed.peer_implementation_version = request.user.implementation_version;
    agreed.peer_max_pdu_bytes = request.user.max_pdu_bytes;
    agreed.extended_requested = request.user.extended;
    agreed.identity = request.identity;
}

}  // namespace

void Association::Core::reject(const AssociateRj& rejection, bool acceptable_request,
                               std::string_view reason)
{
    if (acceptable_request) {
        (void)step(Event::reject_response);
    }
    write_control(encode(rejection));
    close_gently();
    throw PeerError(PeerFault::rejected, stage,
                    fmt::format("{} {}: we rejected: {}{}{}", to_string(stage), peer_name(),
                                to_string(rejection), reason.empty() ? "" : ": ",
                                log::printable(reason, longest_reason)),
                    rejection.result, rejection.source, rejection.reason);
}

void Association::Core::accept(const AcceptPolicy& policy)
{
    (void)step(Event::transport_indication);
    message_deadline = earliest(earliest(limits.deadline, limits.negotiation_deadline),
                                Deadline::after(limits.negotiation_timeout));
    const auto header = first_header();
    if (header.type == static_cast<std::uint8_t>(PduType::abort)) {
        take_abort(header.length);
    }
    if (header.type != static_cast<std::uint8_t>(PduType::associate_rq)) {
        violation(Event::invalid_pdu, Abort::unexpected_pdu,
                  fmt::format("a PDU of type {:02X} before A-ASSOCIATE-RQ", header.type));
    }
    const auto body = read_body(header.length, max_associate_bytes);
    AssociateRq request;
    try {
        request = decode_associate_rq(bytes_of(body));
    } catch (const PduError& error) {
        violation(Event::invalid_pdu, error.abort_reason(), error.what());
    }
    note_requestor(agreed, request);
    const bool acceptable = (request.protocol_version & 1U) != 0;
    (void)step(Event::associate_rq_pdu, acceptable);
    if (!acceptable) {
        reject(rejections::protocol_version.rejection, false);
    }
    if (const auto refusal = formal_refusal(request)) {
        reject(*refusal, true);
    }
    agreed.admission = policy.admit(request, {agreed.peer_host, transport->tls()});
    if (agreed.admission.rejection) {
        reject(*agreed.admission.rejection, true, agreed.admission.reason);
    }
    const auto acceptance = make_acceptance(request, policy, agreed.admission, limits);
    settle(agreed, request, acceptance);
    (void)step(Event::accept_response);
    write_control(encode(acceptance));
    stage = PeerStage::answer;
}

std::unique_ptr<Association> Association::accept(std::unique_ptr<Transport> transport,
                                                 const AcceptPolicy& policy,
                                                 const AssociationLimits& limits, Negotiated* seen)
{
    auto core = std::make_unique<Core>(std::move(transport), limits, false);
    try {
        core->accept(policy);
    } catch (...) {
        if (seen != nullptr) {
            *seen = core->agreed;
        }
        core->close();
        throw;
    }
    if (seen != nullptr) {
        *seen = core->agreed;
    }
    return std::unique_ptr<Association>(new Association(std::move(core)));
}

}  // namespace pacs::net
